"""Style and script of the web page of the catalogue."""

from __future__ import annotations

from evalkit.report import look

STYLE = f"""
* {{ box-sizing: border-box; }}
body {{ margin: 0 auto; padding: 1.5rem 1.5rem 6rem; max-width: 80rem; color: {look.INK}; background: #fff;
  font: 15px/1.7 "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif; }}
header {{ border-bottom: 2px solid {look.ACCENT}; }}
h1 {{ font-size: 1.6rem; color: {look.ACCENT}; margin: .3rem 0; }}
h2 {{ font-size: 1.3rem; color: {look.ACCENT}; margin: 2.2rem 0 .6rem; }}
h3 {{ font-size: 1.05rem; color: {look.INK}; margin: 1.4rem 0 .3rem; }}
h4 {{ font-size: .95rem; color: {look.ACCENT}; margin: 1.1rem 0 .3rem; }}
a {{ color: {look.ACCENT}; text-decoration: none; }} a:hover, a:focus {{ text-decoration: underline; }}
p, ul {{ max-width: 46em; margin: .3rem 0; }} ul {{ padding-left: 1.3em; }}
code {{ font: .88em ui-monospace, Consolas, monospace; overflow-wrap: anywhere; }}
.note {{ color: {look.MUTED}; font-size: .88rem; overflow-wrap: anywhere; }}
.bar {{ position: sticky; top: 0; z-index: 3; display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; padding: .7rem 0;
  background: #fff; border-bottom: 1px solid {look.RULE}; }}
.bar input {{ flex: 1 1 18rem; font: inherit; padding: .35rem .7rem; border: 1px solid #808a96; border-radius: 4px; color: inherit; }}
.bar input:focus, button:focus-visible, summary:focus-visible {{ outline: 2px solid {look.ACCENT}; outline-offset: 1px; }}
.chips {{ display: flex; flex-wrap: wrap; gap: .3rem; }}
button {{ font: inherit; font-size: .9rem; padding: .15rem .7rem; border: 1px solid {look.RULE}; border-radius: 1rem; background: #fff;
  color: inherit; cursor: pointer; }}
button[aria-pressed=true] {{ background: {look.ACCENT}; border-color: {look.ACCENT}; color: #fff; }}
details {{ border-bottom: 1px solid #e4e7eb; scroll-margin-top: 4.5rem; }}
summary {{ padding: .35rem .2rem; cursor: pointer; }}
summary:hover {{ background: #f6f8fa; }}
summary b {{ font-weight: 600; }}
.beside {{ color: {look.MUTED}; font-size: .85rem; margin-left: .9em; overflow-wrap: anywhere; }}
.body {{ padding: .2rem 0 1.2rem 1.1rem; }}
dl {{ margin: .2rem 0 .6rem; max-width: 60em; }} dl div {{ display: flex; gap: 1em; }}
dt {{ flex: 0 0 8.5em; color: {look.MUTED}; }} dd {{ margin: 0; flex: 1; overflow-wrap: anywhere; }}
.scroll {{ overflow-x: auto; }}
table {{ border-collapse: collapse; font-size: .82rem; line-height: 1.5; margin: .4rem 0; width: 100%; min-width: 44rem; }}
th, td {{ border: 1px solid {look.RULE}; padding: .3em .5em; text-align: left; vertical-align: top; }}
thead th {{ background: #edf2f6; font-weight: 600; white-space: nowrap; }}
tr.domain th {{ background: #f6f8fa; color: {look.ACCENT}; }}
table.rows td:nth-child(1), table.rows td:nth-child(3), table.rows td:nth-child(4), table.rows td:nth-child(5) {{ white-space: nowrap; }}
table.rows td:nth-child(2) {{ min-width: 11em; }} table.rows td:nth-child(6), table.rows td:nth-child(7) {{ min-width: 10em; }}
table.rows td:nth-child(8) {{ min-width: 15em; }}
table.uses td:nth-child(2), table.uses td:nth-child(4), table.uses td:nth-child(5) {{ white-space: nowrap; }}
.dagger {{ color: {look.WORSE}; }}
.state {{ white-space: nowrap; }} .state.verified {{ color: {look.BETTER}; }}
.state.recalled, .state.derived, .state.third_party, .state.seen_neighbour {{ color: {look.STATUSES["pending"].ink}; }}
.math {{ overflow-x: auto; background: #f6f8fa; border-left: 3px solid {look.ACCENT}; padding: .5rem 1rem; }}
math {{ font-size: 1.05em; }}
[hidden] {{ display: none !important; }}
@media (max-width: 40rem) {{ body {{ padding: .8rem .8rem 4rem; }} dl div {{ display: block; }} .body {{ padding-left: .3rem; }} }}
@media print {{ .bar {{ display: none; }} details > .body {{ display: block; }} tr {{ break-inside: avoid; }} body {{ max-width: none; }} }}
"""

# Shows and hides what is there; no text becomes markup.
SCRIPT = """
(function () {
  'use strict';
  var box = document.getElementById('search'), found = document.getElementById('found');
  var buttons = Array.from(document.querySelectorAll('button[data-filter]'));
  var items = Array.from(document.querySelectorAll('details[data-kind]')).map(function (item) {
    var rows = Array.from(item.querySelectorAll('table.rows tbody tr:not(.domain)'));
    return { item: item, kind: item.dataset.kind, text: item.textContent.toLowerCase(), rows: rows,
      head: rows.length ? (item.querySelector('summary').textContent + item.querySelector('dl').textContent).toLowerCase() : '',
      texts: rows.map(function (row) { return row.textContent.toLowerCase(); }) };
  });
  var kind = 'all', timer = 0;
  function every(words, text) { return words.every(function (word) { return text.indexOf(word) >= 0; }); }
  function apply() {
    var words = box.value.toLowerCase().split(/\\s+/).filter(Boolean), count = 0, shown = [];
    items.forEach(function (entry) {
      var fits = (kind === 'all' || kind === entry.kind) && every(words, entry.text), hits = 0;
      if (entry.rows.length) {
        entry.rows.forEach(function (row, i) {
          var good = !words.length || every(words, entry.head + entry.texts[i]);
          row.hidden = !good;
          hits += good ? 1 : 0;
        });
        if (words.length && !every(words, entry.head) && !hits) { fits = false; }
        entry.item.querySelectorAll('tr.domain').forEach(function (row) {
          var next = row.nextElementSibling, any = false;
          while (next && !next.classList.contains('domain')) { any = any || !next.hidden; next = next.nextElementSibling; }
          row.hidden = !any;
        });
      }
      entry.item.hidden = !fits;
      if (fits) { count += 1; shown.push(entry.item); }
    });
    document.querySelectorAll('.group, section[data-kind]').forEach(function (part) {
      part.hidden = !part.querySelector('details:not([hidden])');
    });
    if (words.length && count <= 12) { shown.forEach(function (item) { item.open = true; }); }
    found.textContent = words.length || kind !== 'all' ? count + ' ' + found.dataset.words : '';
  }
  function choose(wanted) {
    kind = wanted;
    buttons.forEach(function (button) { button.setAttribute('aria-pressed', String(button.dataset.filter === wanted)); });
  }
  function jump() {
    var target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) { return; }
    if (target.hidden) { box.value = ''; choose('all'); apply(); }
    target.open = true;
    target.scrollIntoView();
  }
  box.addEventListener('input', function () { clearTimeout(timer); timer = setTimeout(apply, 120); });
  buttons.forEach(function (button) { button.addEventListener('click', function () { choose(button.dataset.filter); apply(); }); });
  window.addEventListener('hashchange', jump);
  jump();
}());
"""
