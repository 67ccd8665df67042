// Colours, letters and edges of the roll; the colours are those of page.css.

export const COLOUR = {
  ground: "#15171c", ink: "#f0ede6", soft: "#a9a69e", chord: "#ffd98a", coming: "#c9b988",
  grid: "#20232b", beat: "#242832", bar: "#3d4350",
  hands: "#8fae9f", inside: "#7fb0ff", outside: "#ffa566", free: "#b4b0c2",
  bass: "#c9a26b", drums: "#9aa7b8",
};
export const TOP = 46;
export const FOOT = 24;
export const SERIF = 'ui-serif, "Iowan Old Style", Palatino, Georgia, serif';
export const SANS = "system-ui, sans-serif";
