/** The look of every page for people: light and dark, wide and narrow. */
export const BASE_STYLE = `
:root { color-scheme: light dark; --ink: #1b1b1f; --paper: #fff; --faint: #5b5b66; --line: #c9c9d2; --mark: #8a4b00; --act: #24408e; --on-act: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #ececf1; --paper: #16161a; --faint: #a5a5b2; --line: #45454f; --mark: #ffb454; --act: #9db4ff; --on-act: #10131f; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
main { max-width: 40rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .75rem; }
blockquote { margin: 1rem 0 0; padding: .5rem 1rem; border-left: .25rem solid var(--line); white-space: pre-wrap; }
small, footer { color: var(--faint); font-size: .8125rem; }
dl { display: grid; grid-template-columns: minmax(6rem, 1fr) 3fr; gap: .5rem 1rem; margin: 1.5rem 0; padding: 1rem 0; border: solid var(--line); border-width: 1px 0; }
dt { color: var(--faint); }
dd { margin: 0; }
dd small { display: block; }
mark { background: none; color: var(--mark); font-weight: 600; }
.unusual { margin: 1rem 0; padding: .75rem 1rem .75rem 2rem; border: 2px solid var(--mark); border-radius: .5rem; }
form { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.5rem 0 .75rem; }
button { flex: 1 1 10rem; min-height: 3rem; padding: .5rem 1rem; font: inherit; font-weight: 600; border: 2px solid var(--act); border-radius: .5rem; background: var(--act); color: var(--on-act); cursor: pointer; }
button.plain { background: none; color: var(--act); }
a { color: var(--act); }
:focus-visible { outline: 3px solid var(--mark); outline-offset: 2px; }
footer { margin-top: 2.5rem; }
@media (max-width: 30rem) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .75rem; } }
`;
