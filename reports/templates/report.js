// What the page does beyond showing the report: sort and search tables, open calculations, say the values of figures.
// Without it the page reads completely. It asks for nothing from outside and keeps nothing.
(function () {
  'use strict';

  var STATUSES = ['met', 'reached', 'notmet', 'notyet', 'pending', 'missing', 'nocomparison', 'notapplicable', 'notarget', 'baseyear'];
  var FEWEST_TO_SORT = 5, FEWEST_TO_SEARCH = 8;
  // one number, perhaps with a sign before and a unit behind; dates, shares such as 2/4 and lists are sorted as texts
  var NUMBER = /^[≥≤＞＜><=约 ]*([-−]?\d[\d,]*(?:\.\d+)?)\D*$/;
  var ABSENT = /^(?:[—–\-·○]?|[—○·] ?\S{1,6})$/;
  var collator = new Intl.Collator(document.documentElement.lang || 'zh-CN', { numeric: true });

  function say(name, values) {
    var text = document.body.getAttribute('data-word-' + name) || '';
    return text.replace(/\{(\w+)\}/g, function (all, key) { return values && key in values ? values[key] : all; });
  }

  function make(tag, attributes, content) {
    var element = document.createElement(tag);
    Object.keys(attributes || {}).forEach(function (name) { element.setAttribute(name, attributes[name]); });
    if (content !== undefined) element.textContent = content;
    return element;
  }

  function plain(text) {
    return text.replace(/\s+/g, ' ').trim();
  }

  function known(text) {
    return (text.normalize ? text.normalize('NFKC') : text).toLowerCase();
  }

  // ---- tables ----

  // The cell of every column in every row; a merged cell belongs to all rows that it covers.
  function matrix(rows) {
    var held = rows.map(function () { return []; });
    rows.forEach(function (row, at) {
      var column = 0;
      Array.prototype.forEach.call(row.cells, function (cell) {
        while (held[at][column]) column += 1;
        for (var down = 0; down < (cell.rowSpan || 1) && at + down < rows.length; down += 1) {
          for (var across = 0; across < (cell.colSpan || 1); across += 1) held[at + down][column + across] = cell;
        }
        column += cell.colSpan || 1;
      });
    });
    return held;
  }

  // A row that stands for itself: what was merged over it stands in it.
  function whole(cells) {
    var row = document.createElement('tr');
    cells.forEach(function (cell, column) {
      if (column && cells[column - 1] === cell) return;
      var copy = cell.cloneNode(true);
      copy.removeAttribute('rowspan');
      row.appendChild(copy);
    });
    return row;
  }

  function statusOf(cell) {
    var marked = cell.querySelector('span[class]');
    if (!marked) return '';
    var name = STATUSES.filter(function (status) { return marked.classList.contains(status); })[0];
    return name && plain(cell.textContent) === plain(marked.textContent) && /^\S\s?\S{2,}/.test(plain(marked.textContent)) ? name : '';
  }

  // The column of statuses with a word, where a table has just one.
  function statusColumn(rows, count) {
    var found = [];
    for (var column = 0; column < count; column += 1) {
      var marked = rows.filter(function (row) { return row.cells[column] && statusOf(row.cells[column]); }).length;
      if (marked && marked === rows.length) found.push(column);
    }
    return found.length === 1 ? found[0] : -1;
  }

  function compare(rows, column, byStatus) {
    var texts = rows.map(function (row) { return row.texts[column]; });
    var present = texts.filter(function (text) { return !ABSENT.test(text); });
    var numeric = present.length && present.filter(function (text) { return NUMBER.test(text); }).length * 2 > present.length;
    function key(row) {
      var text = row.texts[column];
      if (byStatus) return STATUSES.indexOf(statusOf(row.cells[column]));
      if (ABSENT.test(text)) return null;
      if (!numeric) return text;
      var found = NUMBER.exec(text);
      return found ? parseFloat(found[1].replace(/,/g, '').replace('−', '-')) : null;
    }
    return function (one, other, sign) {
      var first = key(one), second = key(other);
      // what is absent stands last, whichever way the table is sorted
      if (first === null || second === null) return first === second ? one.at - other.at : first === null ? 1 : -1;
      var order = typeof first === 'number' ? first - second : collator.compare(first, second);
      return order ? sign * order : one.at - other.at;
    };
  }

  function equip(table, number) {
    var body = table.tBodies[0], head = table.tHead;
    if (!body || !head || table.tBodies.length > 1 || body.rows.length < FEWEST_TO_SORT) return;
    var originals = Array.prototype.slice.call(body.rows), heads = matrix(Array.prototype.slice.call(head.rows));
    var rows = matrix(originals).map(function (cells, at) {
      var texts = cells.map(function (cell) { return plain(cell.textContent); });
      return { at: at, cells: cells, texts: texts, search: known(texts.join(' ')), row: null };
    });
    var count = heads[heads.length - 1].length, columnOfStatus = statusColumn(rows, count);
    if (rows.some(function (row) { return row.cells.length !== count; })) return;
    var state = { column: -1, sign: 1, words: [], chosen: [] };
    var box = table.closest('.scroll') || table, id = table.id || 'table-' + number;
    var status = make('p', { 'class': 'shown', role: 'status', 'aria-live': 'polite' });
    var nothing = make('p', { 'class': 'nothing', hidden: '' }, say('none'));
    var reset = make('button', { type: 'button', 'class': 'reset', hidden: '' }, say('reset'));
    var chips = [];

    function counted(row) {
      return !state.words.length || state.words.every(function (wanted) { return row.search.indexOf(wanted) >= 0; });
    }

    function held(row) {
      return counted(row) && (!state.chosen.length || state.chosen.indexOf(row.texts[columnOfStatus]) >= 0);
    }

    function show(said) {
      var natural = state.column < 0 && !state.words.length && !state.chosen.length;
      var shown = rows.filter(held);
      if (state.column >= 0) {
        var order = compare(rows, state.column, state.column === columnOfStatus);
        shown.sort(function (one, other) { return order(one, other, state.sign); });
      }
      var pieces = document.createDocumentFragment();
      if (natural) {
        originals.forEach(function (row) { pieces.appendChild(row); });
      } else {
        shown.forEach(function (row) {
          row.row = row.row || whole(row.cells);
          pieces.appendChild(row.row);
        });
      }
      body.textContent = '';
      body.appendChild(pieces);
      chips.forEach(function (chip) {
        chip.tally.textContent = String(rows.filter(function (row) { return counted(row) && row.texts[columnOfStatus] === chip.text; }).length);
      });
      reset.hidden = natural;
      nothing.hidden = shown.length > 0;
      status.textContent = plain((said || '') + ' ' + say('shown', { shown: shown.length, total: rows.length }));
    }

    function sortBy(column, cell, title) {
      if (state.column !== column) { state.column = column; state.sign = 1; }
      else if (state.sign === 1) state.sign = -1;
      else state.column = -1;
      Array.prototype.forEach.call(head.querySelectorAll('th'), function (other) { other.removeAttribute('aria-sort'); });
      if (state.column >= 0) cell.setAttribute('aria-sort', state.sign > 0 ? 'ascending' : 'descending');
      show(state.column < 0 ? '' : say(state.sign > 0 ? 'ascending' : 'descending', { column: title }));
    }

    heads[heads.length - 1].forEach(function (cell, column) {
      if (cell.colSpan > 1 || !plain(cell.textContent)) return;
      var title = plain(cell.textContent), button = make('button', { type: 'button', 'class': 'sort' });
      while (cell.firstChild) button.appendChild(cell.firstChild);
      cell.appendChild(button);
      button.addEventListener('click', function () { sortBy(column, cell, title); });
    });

    var bar = make('div', { 'class': 'tools', role: 'group', 'aria-label': box.getAttribute('aria-label') || '' });
    if (rows.length >= FEWEST_TO_SEARCH) {
      var field = make('input', { type: 'search', id: id + '-search', placeholder: say('search'), 'aria-label': say('search'), autocomplete: 'off' });
      field.addEventListener('input', function () {
        state.words = known(field.value).split(/[\s　]+/).filter(Boolean);
        show();
      });
      bar.appendChild(field);
    }
    if (columnOfStatus >= 0) {
      var group = make('div', { 'class': 'chips', role: 'group', 'aria-label': say('filter') });
      var firsts = {};
      rows.forEach(function (row) { firsts[row.texts[columnOfStatus]] = firsts[row.texts[columnOfStatus]] || row.cells[columnOfStatus]; });
      Object.keys(firsts).sort(function (one, other) {
        return STATUSES.indexOf(statusOf(firsts[one])) - STATUSES.indexOf(statusOf(firsts[other])) || collator.compare(one, other);
      }).forEach(function (text) {
        var chip = make('button', { type: 'button', 'class': 'chip', 'aria-pressed': 'false' });
        var tally = make('span', { 'class': 'tally' });
        chip.appendChild(make('span', { 'class': statusOf(firsts[text]) }, text));
        chip.appendChild(document.createTextNode(' '));
        chip.appendChild(tally);
        chip.addEventListener('click', function () {
          var place = state.chosen.indexOf(text);
          if (place < 0) state.chosen.push(text); else state.chosen.splice(place, 1);
          chip.setAttribute('aria-pressed', place < 0 ? 'true' : 'false');
          show();
        });
        chips.push({ text: text, tally: tally, button: chip });
        group.appendChild(chip);
      });
      if (chips.length > 1) bar.appendChild(group); else { chips = []; }
    }
    reset.addEventListener('click', function () {
      state = { column: -1, sign: 1, words: [], chosen: [] };
      Array.prototype.forEach.call(head.querySelectorAll('th'), function (other) { other.removeAttribute('aria-sort'); });
      chips.forEach(function (chip) { chip.button.setAttribute('aria-pressed', 'false'); });
      if (field) field.value = '';
      show();
      (field || head.querySelector('button')).focus();
    });
    bar.appendChild(reset);
    bar.appendChild(status);
    box.parentNode.insertBefore(bar, box);
    box.parentNode.insertBefore(nothing, box.nextSibling);
    show();
    status.textContent = rows.length >= FEWEST_TO_SEARCH ? status.textContent : '';
    // paper has the official order and every row
    var kept;
    window.addEventListener('beforeprint', function () {
      kept = state;
      state = { column: -1, sign: 1, words: [], chosen: [] };
      show();
    });
    window.addEventListener('afterprint', function () {
      if (kept) { state = kept; show(); }
    });
  }

  // ---- calculations ----

  var LEVELS = /^H([1-6])$/;

  // What belongs to an anchor: its block, or what follows its heading up to the next one of the same rank.
  function belonging(target) {
    var block = target.closest('.calc, .brief');
    if (block) return [block];
    var level = LEVELS.exec(target.tagName);
    if (!level) {
      while (target.parentElement && !/^(?:MAIN|DIV|SECTION|ARTICLE)$/.test(target.parentElement.tagName)) target = target.parentElement;
      if (/^(?:DIV|SECTION)$/.test(target.tagName) && target.children.length) return [target];
    }
    var found = [target], rank = level ? Number(level[1]) : 7, next = target.nextElementSibling;
    while (next) {
      var other = LEVELS.exec(next.tagName);
      if (other && Number(other[1]) <= rank) break;
      if (!level && (next.querySelector('[id^="calc-"]') || /^calc-/.test(next.id))) break;
      found.push(next);
      next = next.nextElementSibling;
    }
    return found;
  }

  function panel() {
    var dialog = make('dialog', { 'class': 'panel', 'aria-labelledby': 'panel-title' });
    var bar = make('div', { 'class': 'panel-bar' }), content = make('div', { 'class': 'panel-text', tabindex: '0' });
    var title = make('h2', { id: 'panel-title' }), close = make('button', { type: 'button', 'class': 'close' }, say('close'));
    var locate = make('a', { 'class': 'locate', href: '#' }, say('locate'));
    content.setAttribute('role', 'region');
    content.setAttribute('aria-labelledby', 'panel-title');
    bar.appendChild(title);
    bar.appendChild(locate);
    bar.appendChild(close);
    dialog.appendChild(bar);
    dialog.appendChild(content);
    document.body.appendChild(dialog);
    if (!dialog.showModal) { dialog.remove(); return null; }
    var opener = null;
    close.addEventListener('click', function () { dialog.close(); });
    dialog.addEventListener('click', function (event) {
      if (event.target === dialog) dialog.close();
      var link = event.target.closest && event.target.closest('a[href^="#"]');
      if (link) { opener = null; dialog.close(); }
    });
    dialog.addEventListener('close', function () {
      content.textContent = '';
      if (opener && document.contains(opener)) opener.focus();
      opener = null;
    });
    return function (link, target) {
      title.textContent = plain(link.textContent);
      content.textContent = '';
      belonging(target).forEach(function (piece) {
        var copy = piece.cloneNode(true);
        [copy].concat(Array.prototype.slice.call(copy.querySelectorAll('[id]'))).forEach(function (part) { part.removeAttribute('id'); });
        // the panel's own title stands above: what is inside ranks below it
        content.appendChild(copy);
      });
      Array.prototype.forEach.call(content.querySelectorAll('h2, h3, h4, h5, h6'), function (heading) {
        var lower = make('p', { 'class': 'panel-heading' });
        while (heading.firstChild) lower.appendChild(heading.firstChild);
        heading.replaceWith(lower);
      });
      locate.setAttribute('href', '#' + target.id);
      opener = link;
      dialog.showModal();
      content.scrollTop = 0;
      close.focus();
    };
  }

  // ---- values of figures ----

  function figures() {
    var tip = make('div', { 'class': 'tip', role: 'status', 'aria-live': 'polite', hidden: '' });
    document.body.appendChild(tip);
    var lit = null;

    function hide() {
      tip.hidden = true;
      if (lit) lit.classList.remove('lit');
      lit = null;
    }

    function show(spot) {
      if (lit && lit !== spot) lit.classList.remove('lit');
      lit = spot;
      spot.classList.add('lit');
      tip.textContent = spot.getAttribute('data-said');
      tip.hidden = false;
      follow();
    }

    // stays beside its place while the page moves, and goes when the place is out of sight
    function follow() {
      if (!lit) return;
      var place = lit.getBoundingClientRect();
      if (place.bottom < 0 || place.top > window.innerHeight) { hide(); return; }
      var size = tip.getBoundingClientRect(), wide = document.documentElement.clientWidth;
      var left = Math.max(4, Math.min(place.left + place.width / 2 - size.width / 2, wide - size.width - 4));
      var top = place.bottom + 6 + size.height < window.innerHeight ? place.bottom + 6 : Math.max(4, place.top - size.height - 6);
      tip.style.left = left + 'px';
      tip.style.top = top + 'px';
    }

    Array.prototype.forEach.call(document.querySelectorAll('.chart'), function (chart) {
      var spots = Array.prototype.map.call(chart.querySelectorAll('svg g > title'), function (title) {
        var spot = title.parentNode;
        spot.setAttribute('data-said', title.textContent);
        title.remove();
        return spot;
      });
      var figure = chart.closest('figure'), caption = figure && figure.querySelector('figcaption'), at = -1;
      chart.setAttribute('tabindex', '0');
      chart.setAttribute('role', 'group');
      chart.setAttribute('aria-label', plain((caption ? caption.textContent + '　' : '') + (spots.length ? say('chart') : '')));
      if (!spots.length) return;
      spots.forEach(function (spot, place) {
        spot.addEventListener('pointerenter', function () { at = place; show(spot); });
        spot.addEventListener('pointerleave', function (event) { if (event.pointerType !== 'touch') hide(); });
      });
      chart.addEventListener('keydown', function (event) {
        var step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
        if (event.key === 'Escape') hide();
        if (event.key === 'Home') at = 0;
        else if (event.key === 'End') at = spots.length - 1;
        else if (step) at = Math.max(0, Math.min(spots.length - 1, at < 0 ? 0 : at + step));
        else return;
        event.preventDefault();
        if (spots[at].scrollIntoView) spots[at].scrollIntoView({ block: 'nearest', inline: 'nearest' });
        show(spots[at]);
      });
      chart.addEventListener('blur', hide);
    });
    document.addEventListener('keydown', function (event) { if (event.key === 'Escape') hide(); });
    window.addEventListener('scroll', follow, true);
  }

  // ---- contents ----

  function contents() {
    var nav = document.querySelector('nav.contents'), fold = nav && nav.querySelector('details');
    if (!fold) return;
    var wide = window.matchMedia('(min-width: 60rem)');
    function fit() { fold.open = wide.matches; }
    fit();
    if (wide.addEventListener) wide.addEventListener('change', fit);
    nav.addEventListener('click', function (event) { if (event.target.closest('a') && !wide.matches) fold.open = false; });
    var marks = Array.prototype.map.call(nav.querySelectorAll('a'), function (link) {
      return { link: link, heading: document.getElementById(decodeURIComponent(link.hash.slice(1))) };
    }).filter(function (mark) { return mark.heading; });
    var waiting = false;
    function locate() {
      waiting = false;
      var current = null;
      marks.forEach(function (mark) { if (mark.heading.getBoundingClientRect().top < window.innerHeight / 3) current = mark; });
      marks.forEach(function (mark) {
        if (mark === current) mark.link.setAttribute('aria-current', 'location'); else mark.link.removeAttribute('aria-current');
      });
    }
    window.addEventListener('scroll', function () {
      if (!waiting) { waiting = true; window.requestAnimationFrame(locate); }
    });
    locate();
  }

  Array.prototype.forEach.call(document.querySelectorAll('main table'), equip);
  var open = panel();
  Array.prototype.forEach.call(document.querySelectorAll('a.calc-link'), function (link) { link.title = say('open'); });
  if (open) {
    document.addEventListener('click', function (event) {
      var link = event.target.closest && event.target.closest('a.calc-link');
      if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      var target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
      if (!target) return;
      event.preventDefault();
      open(link, target);
    });
  }
  figures();
  contents();
}());
