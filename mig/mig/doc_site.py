# SPDX-License-Identifier: BSD-2-Clause
"""How the pages of `mig doc --html` look (for light, dark and narrow screens), and their search."""

STYLE = """\
:root {
  color-scheme: light dark;
  --line: #8885; --soft: #8882; --link: #0550ae; --right: #1f6feb33; --value: #2da44e33;
}
@media (prefers-color-scheme: dark) { :root { --link: #79b8ff; } }
html { scroll-padding-top: 4rem; }
body {
  font: 16px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 0 auto; padding: 0 1rem 4rem;
}
a { color: var(--link); text-decoration: none; }
a:hover { text-decoration: underline; }
h1, h2 { line-height: 1.2; }
h2 a { color: inherit; }
pre, code, figure { font-family: ui-monospace, monospace; font-size: .9em; }
pre { overflow-x: auto; padding: .6rem .8rem; background: var(--soft); border-radius: .3rem; }
nav {
  position: sticky; top: 0; padding: .7rem 0; background: Canvas;
  border-bottom: 1px solid var(--line); display: flex; flex-wrap: wrap; gap: .4rem 1rem;
  align-items: center; z-index: 1;
}
#search { flex: 1; min-width: 10rem; font: inherit; padding: .3rem .6rem; box-sizing: border-box; }
#found { flex-basis: 100%; margin: 0; padding-left: 1rem; max-height: 60vh; overflow-y: auto; }
#found:empty { display: none; }
section { border-top: 1px solid var(--line); margin-top: 2.5rem; }
table { border-collapse: collapse; margin: 1rem 0; width: 100%; }
th { font-weight: 600; border-bottom: 2px solid var(--line); }
td { border-bottom: 1px solid var(--line); }
th, td { padding: .25rem 1rem .25rem 0; text-align: left; vertical-align: top; }
td:last-child, th:last-child { width: 55%; padding-right: 0; }
td:nth-child(3):not(:last-child) { min-width: 9rem; }
.messages { display: flex; flex-wrap: wrap; gap: 0 3rem; }
figure { margin: 1rem 0; }
figcaption { margin: .5rem 0; }
figure ol { list-style: none; margin: 0; padding: 0; }
figure li { display: flex; gap: .6rem; align-items: baseline; }
figure i {
  width: 4rem; text-align: right; font-style: normal; opacity: .7;
  position: relative; top: -.75em;
}
figure b {
  width: 13rem; display: flex; justify-content: space-between; gap: .5rem; font-weight: 400;
  box-sizing: border-box; padding: .15rem .5rem; border: 1px solid var(--line); margin-bottom: -1px;
  overflow-wrap: anywhere;
}
figure s { text-decoration: none; opacity: .7; white-space: nowrap; }
.fixed b { background: var(--soft); }
.right b { background: var(--right); }
.value b { background: var(--value); }
.packed b { border-bottom-style: dashed; }
.end { height: 1rem; }
@media (max-width: 40rem) {
  tr { display: block; border-bottom: 1px solid var(--line); padding: .3rem 0; }
  th { display: none; }
  td { display: inline-block; border: 0; padding: 0 .8rem 0 0; }
  td:last-child { display: block; width: auto; }
  td:nth-child(3):not(:last-child) { min-width: 0; }
  td { overflow-wrap: anywhere; }
  figure i { width: 3rem; }
  figure b { width: 11rem; }
}
"""
SEARCH = """\
const box = document.getElementById("search");
const found = document.getElementById("found");
function search() {
  const words = box.value.toLowerCase().split(/\\s+/).filter(Boolean);
  found.replaceChildren();
  if (!words.length) return;
  const hits = entries.filter(([name, link, line, more]) => {
    const all = [name, line, more].join(" ").toLowerCase();
    return words.every(word => all.includes(word));
  });
  // What has the first word in its name comes first.
  hits.sort((a, b) => b[0].includes(words[0]) - a[0].includes(words[0]));
  for (const [name, link, line] of hits.slice(0, 50)) {
    const item = document.createElement("li");
    const anchor = document.createElement("a");
    anchor.href = link;
    anchor.textContent = name;
    item.append(anchor, " " + line);
    found.append(item);
  }
  if (!hits.length) found.textContent = "nothing found";
}
box.addEventListener("input", search);
document.addEventListener("keydown", event => {
  if (event.key === "/" && event.target !== box) {
    event.preventDefault();
    box.focus();
  } else if (event.key === "Escape") {
    box.value = "";
    search();
  } else if (event.key === "Enter" && event.target === box && found.querySelector("a")) {
    found.querySelector("a").click();
  }
});
found.addEventListener("click", () => {
  box.value = "";
  found.replaceChildren();
});
"""
