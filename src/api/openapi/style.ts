/** The style of the documentation pages: part of the page, so that they work without any other request. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --line: #d9dee5; --panel: #f5f7f9; --link: #0b5cad;
  --get: #0b6b3a; --post: #0b5cad; --put: #7a5200; --patch: #7a5200; --delete: #a3241b; --page: #fff; --mark: #fff6d6; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ee; --soft: #9da8b7; --line: #333c48; --panel: #1c232c;
  --link: #7db7f5; --get: #62c892; --post: #7db7f5; --put: #e0b25b; --patch: #e0b25b; --delete: #f08c84; --page: #12171d; --mark: #3a3216; } }
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0; color: var(--ink); background: var(--page); font: 16px/1.5 system-ui, sans-serif; }
a { color: var(--link); }
a:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
code, pre { font: 0.875em/1.45 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
code { overflow-wrap: break-word; }
pre { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: 0.75rem; overflow-x: auto; margin: 0.5rem 0 1rem; }
h1 { font-size: 1.75rem; margin: 0 0 0.5rem; }
h2 { font-size: 1.35rem; margin: 3rem 0 0; padding-bottom: 0.25rem; border-bottom: 2px solid var(--line); }
h3 { font-size: 1rem; margin: 0 0 0.5rem; font-weight: 600; overflow-wrap: anywhere; }
h3 code { font-size: 1rem; }
h4 { font-size: 0.8rem; margin: 1.25rem 0 0.25rem; color: var(--soft); text-transform: uppercase; letter-spacing: 0.04em; }
p { margin: 0.5rem 0; }
.skip { position: absolute; left: -100rem; }
.skip:focus { left: 1rem; top: 0.5rem; background: var(--page); padding: 0.25rem 0.5rem; z-index: 1; }
.layout { display: grid; grid-template-columns: 19rem minmax(0, 1fr); max-width: 84rem; margin: 0 auto; }
nav { position: sticky; top: 0; align-self: start; max-height: 100vh; overflow-y: auto; padding: 1.5rem 1rem 3rem; border-right: 1px solid var(--line); font-size: 0.875rem; }
nav ul { list-style: none; margin: 0 0 0.75rem; padding: 0; }
nav li a { display: block; padding: 0.15rem 0.25rem; text-decoration: none; color: var(--ink); border-radius: 4px; }
nav a:hover { background: var(--panel); }
nav .group { display: block; padding: 0.15rem 0.25rem; font-weight: 600; text-decoration: none; color: var(--ink); }
main { padding: 1.5rem 2rem 6rem; }
.operation, .schema { padding: 1.5rem 0 1rem; border-bottom: 1px solid var(--line); }
.operation:target h3, .schema:target h3, tr.diagram { margin: 1rem 0; } .diagram svg { display: block; }
:target { background: var(--mark); }
.method { display: inline-block; min-width: 3.6rem; font: 700 0.75rem/1.5 ui-monospace, Menlo, Consolas, monospace; }
nav .method { min-width: 3.4rem; font-size: 0.6875rem; }
.get { color: var(--get); } .post { color: var(--post); } .put { color: var(--put); } .patch { color: var(--patch); } .delete { color: var(--delete); }
.key, .type { color: var(--soft); font-size: 0.875rem; }
.required { color: var(--delete); font-size: 0.75rem; }
.variant { border-left: 3px solid var(--line); padding-left: 0.75rem; margin: 0.5rem 0; }
table { border-collapse: collapse; width: 100%; margin: 0.5rem 0 1rem; font-size: 0.9rem; }
th, td { text-align: left; vertical-align: top; padding: 0.35rem 0.75rem 0.35rem 0; border-bottom: 1px solid var(--line); }
th { font-size: 0.8rem; color: var(--soft); font-weight: 600; }
.members { table-layout: fixed; } .members th:nth-child(1) { width: 32%; } .members th:nth-child(2) { width: 22%; }
dl { margin: 0.25rem 0 0; font-size: 0.9rem; }
.table { overflow-x: auto; margin: 0.5rem 0 1rem; }
.table table { margin: 0; }
td code { overflow-wrap: anywhere; } td:first-child code { overflow-wrap: break-word; }
article { max-width: 52rem; }
article h2 { scroll-margin-top: 1rem; } article h3 { font-size: 1.1rem; margin: 1.75rem 0 0.25rem; }
article li { margin: 0.2rem 0; }
article img { max-width: 100%; height: auto; border: 1px solid var(--line); border-radius: 6px; }
:target { background: var(--mark); }
.group-name { display: block; margin-top: 0.5rem; padding: 0.15rem 0.25rem; font-weight: 600; color: var(--soft); }
nav [aria-current] { background: var(--panel); font-weight: 600; }
nav .outline { margin: 0 0 0.25rem 0.75rem; } nav .outline a { color: var(--soft); }
input, textarea, button { font: inherit; color: var(--ink); background: var(--page); border: 1px solid var(--soft); border-radius: 6px; padding: 0.4rem 0.6rem; }
input:focus-visible, textarea:focus-visible, button:focus-visible, pre:focus-visible, summary:focus-visible, .table:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
button { cursor: pointer; } button:hover { background: var(--panel); }
.search { margin-bottom: 0.75rem; } .search[hidden] { display: none; } .search label { display: block; color: var(--soft); }
.search input { width: 100%; }
#found ul { margin: 0.5rem 0; border-bottom: 1px solid var(--line); padding-bottom: 0.5rem; }
.copied { position: relative; }
.copied .copy { position: absolute; top: 0.4rem; right: 0.4rem; font-size: 0.8rem; padding: 0.1rem 0.5rem; min-height: 1.75rem; }
.copied pre { padding-right: 5.5rem; }
.samples { margin-top: 1rem; } .samples summary { cursor: pointer; color: var(--link); padding: 0.3rem 0; }
.try label { display: grid; grid-template-columns: 10rem minmax(0, 1fr); gap: 0.5rem; margin: 0.5rem 0; align-items: start; }
.try label span { overflow-wrap: anywhere; } .try textarea { font: 0.875em/1.45 ui-monospace, Menlo, Consolas, monospace; }
dl div { display: grid; grid-template-columns: 3rem minmax(0, 1fr); padding: 0.2rem 0; }
dt { font-weight: 600; } dd { margin: 0; }
@media (max-width: 800px) {
  .layout { display: block; }
  nav { position: static; max-height: none; border-right: 0; border-bottom: 1px solid var(--line); padding: 1rem; }
  nav .operations { display: none; }
  nav .group { display: inline-block; padding: 0.4rem 0.6rem 0.4rem 0; color: var(--link); font-weight: 400; }
  nav .group-name { display: none; }
  .try label { display: block; } .try input, .try textarea { width: 100%; }
  main { padding: 1rem 1rem 4rem; }
  thead { display: none; }
  tr, td { display: block; border: 0; padding: 0; }
  tr { padding: 0.5rem 0; border-bottom: 1px solid var(--line); }
  td:first-child { font-weight: 600; }
  td:first-child .required { font-weight: 400; }
  .members td:nth-child(2) { color: var(--soft); }
  td[data-label]::before { content: attr(data-label) ': '; color: var(--soft); font-weight: 600; }
}
@media print {
  nav, .skip { display: none; }
  .layout { display: block; }
  main { padding: 0; }
  pre { white-space: pre-wrap; }
  h3, h4, tr, pre { break-inside: avoid; }
  h2, h3, h4 { break-after: avoid; }
}
`;
