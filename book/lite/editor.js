/* A cell's editor: CodeMirror with Python's colours, a name for who hears it, and a way out by Tab. */

import {defaultKeymap, history, historyKeymap} from "./code/at-codemirror-commands.js";
import {python} from "./code/at-codemirror-lang-python.js";
import {HighlightStyle, bracketMatching, indentUnit, syntaxHighlighting}
  from "./code/at-codemirror-language.js";
import {EditorState} from "./code/at-codemirror-state.js";
import {EditorView, keymap} from "./code/at-codemirror-view.js";
import {tags} from "./code/at-lezer-highlight.js";

/* The classes of the printed code, so that its colours are the page's, in light and in dark. */
const COLOURS = HighlightStyle.define([
  {tag: [tags.keyword, tags.controlKeyword, tags.definitionKeyword], class: "k"},
  {tag: tags.moduleKeyword, class: "kn"},
  {tag: tags.operatorKeyword, class: "ow"},
  {tag: [tags.bool, tags.null], class: "kc"},
  {tag: [tags.string, tags.special(tags.string)], class: "s2"},
  {tag: tags.number, class: "mf"},
  {tag: tags.comment, class: "c1"},
]);

/** An editor of a source in an element; `run` is pressed by Shift and Enter. */
export function editor(parent, source, label, {run, changed}) {
  const press = () => { run(); return true; };
  parent.classList.add("highlight");
  const view = new EditorView({
    parent,
    state: EditorState.create({doc: source, extensions: [
      history(),
      python(),
      indentUnit.of("    "),
      bracketMatching(),
      syntaxHighlighting(COLOURS),
      keymap.of([{key: "Shift-Enter", run: press}, {key: "Mod-Enter", run: press},
        ...defaultKeymap, ...historyKeymap]),
      EditorView.contentAttributes.of({"aria-label": label}),
      EditorView.updateListener.of(update => { if (update.docChanged) changed(); }),
    ]}),
  });
  return {
    get text() { return view.state.doc.toString(); },
    set text(value) {
      if (value !== this.text) {
        view.dispatch({changes: {from: 0, to: view.state.doc.length, insert: value}});
      }
    },
  };
}
