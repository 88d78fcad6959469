/** One narrow card; the colours of whatever the reader's system is set to. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --line: #c8c6c4; --back: #f3f2f1; --card: #fff; --text: #1b1a19; --soft: #605e5c; --accent: #0f5ea8; }
@media (prefers-color-scheme: dark) {
  :root { --line: #4a4846; --back: #1b1a19; --card: #252423; --text: #f3f2f1; --soft: #bebbb8; --accent: #6cb8f6; }
}
* { box-sizing: border-box; }
body { margin: 0; padding: 1rem; background: var(--back); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 27rem; margin: 6vh auto 0; padding: 1.75rem; background: var(--card); border: 1px solid var(--line); border-radius: .5rem; }
.brand { margin: 0 0 1rem; color: var(--soft); font-size: .875rem; }
h1 { margin: 0 0 .5rem; font-size: 1.35rem; line-height: 1.3; }
p { margin: 0 0 1rem; overflow-wrap: anywhere; }
ul { list-style: none; margin: 0 0 1rem; padding: 0; }
li + li { margin-top: .5rem; }
button { width: 100%; min-height: 2.75rem; padding: .5rem .9rem; font: inherit; text-align: left; color: inherit; background: transparent;
  border: 1px solid var(--line); border-radius: .35rem; cursor: pointer; }
button:hover { border-color: var(--accent); }
button:focus-visible, a:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.main { text-align: center; color: var(--card); background: var(--accent); border-color: var(--accent); font-weight: 600; }
.other { text-align: center; margin-top: .75rem; }
small { display: block; color: var(--soft); overflow-wrap: anywhere; }
.wrong { padding: .6rem .8rem; border-left: .3rem solid #c4314b; background: var(--back); }
`;
