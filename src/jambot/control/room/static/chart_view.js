// The chart, or the form that was heard: its bars and sections, where it is, and what comes next.

import { chordName, spellAs } from "./names.js";

export class ChartView {
  constructor(section) {
    this.section = section;
    const find = (id) => section.querySelector(`#chart-${id}`);
    this.title = find("title");
    this.place = find("place");
    this.next = find("next");
    this.list = find("bars");
    this.cells = [];
    this.now = null;
  }

  /** Shows the picture's chart; where there is none, the form that was heard; else nothing. */
  show({ chart, form, coming, meter }, beat) {
    const told = chart ?? (isForm(form) ? form : null);
    if (this.spelt !== chart?.text) spellAs((this.spelt = chart?.text) ?? "");
    this.section.hidden = !told;
    if (!told) return;
    const followed = chart ? chart.followed : true;
    const names = told.chords.join("|") + JSON.stringify(told.sections ?? []) + (chart?.text ?? "");
    if (names !== this.names) this.build(told, names);
    this.write(this.title, chart ? "Chart" : "Form heard");
    const chorus = chart ? `chorus ${chart.chorus}, ` : "";
    const where = `${chorus}bar ${told.bar + 1} of ${told.chords.length}`;
    this.write(this.place, followed ? where : "not followed: the hands play other chords");
    this.write(this.next, followed ? nextChord(coming, beat, meter) : "–");
    this.mark(followed ? told.bar : null);
  }

  build({ chords, sections }, names) {
    this.names = names;
    this.now = null;
    const headed = new Map(sections ?? []);
    this.cells = chords.map((words, bar) => {
      const cell = document.createElement("li");
      const head = headed.get(bar);
      if (head) {
        const name = document.createElement("b");
        name.textContent = head;
        cell.append(name, " ");
      }
      cell.append(words ? words.split(" ").map(chordName).join(" ") : "·");
      return cell;
    });
    this.list.replaceChildren(...this.cells);
  }

  /** The bar that is played is marked, and kept in sight with the one after. */
  mark(bar) {
    if (bar === this.now) return;
    this.cells[this.now]?.removeAttribute("aria-current");
    this.now = bar;
    const cell = this.cells[bar];
    if (!cell) return;
    cell.setAttribute("aria-current", "true");
    const low = cell.offsetTop + 2 * cell.offsetHeight - this.list.offsetTop;
    const { scrollTop, clientHeight } = this.list;
    const top = cell.offsetTop - this.list.offsetTop;
    if (top < scrollTop || low > scrollTop + clientHeight) this.list.scrollTop = top;
  }

  write(place, text) {
    if (place.textContent !== text) place.textContent = text;
  }
}

/** One chord that is held is a form of one bar, and nothing to follow. */
function isForm(form) {
  return Boolean(form) && new Set(form.chords).size > 1;
}

function nextChord(coming, beat, meter) {
  const next = coming?.find(([at]) => at > beat + 0.05);
  if (!next) return "–";
  const beats = Math.ceil(next[0] - beat - 0.05);
  const bars = Math.round(beats / meter);
  const when = beats > meter ? `in ${bars} ${bars === 1 ? "bar" : "bars"}` : `in ${beats}`;
  return `${chordName(next[1])} ${when}`;
}
