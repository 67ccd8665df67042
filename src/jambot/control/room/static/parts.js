// Small parts of which lists and cards are put together; words are never markup.

export function text(tag, words) {
  const element = document.createElement(tag);
  element.textContent = words;
  return element;
}

export function link(href, words) {
  const anchor = text("a", words);
  anchor.href = href;
  return anchor;
}

export function button(words, onClick) {
  const made = text("button", words);
  made.type = "button";
  made.addEventListener("click", () => onClick(made));
  return made;
}

/** A MIDI file that a DAW takes from the browser's window. */
export function draggable(href, words, file) {
  const anchor = link(href, words);
  anchor.draggable = true;
  anchor.title = "Drag it into FL Studio or any DAW, or click to save it";
  anchor.addEventListener("dragstart", (event) => {
    const name = file.replaceAll(":", "-");
    event.dataTransfer.setData("DownloadURL", `audio/midi:${name}:${anchor.href}`);
    event.dataTransfer.setData("text/uri-list", anchor.href);
  });
  return anchor;
}
