// Weeks of actuals: boxes that are walked like a spreadsheet, and the server's answer beside them while somebody types.
// Everything here only makes things quicker: without it the same answers come with Save.

const PAUSE = 350

/** Arrow up, arrow down and Enter move between the boxes of a column; left and right only from the end of a figure. */
function walkLikeASpreadsheet(form) {
  const boxes = (row) => [...row.querySelectorAll('.cc-cell')].map((cell) => cell.querySelector('.cc-box'))
  const rows = () => [...form.querySelectorAll('tbody tr')].filter((row) => row.querySelector('.cc-box'))
  const go = (box) => { box.focus(); box.select() }
  const vertical = (box, step) => {
    const all = rows()
    const row = box.closest('tr')
    const column = boxes(row).indexOf(box)
    for (let at = all.indexOf(row) + step; at >= 0 && at < all.length; at += step) {
      const next = boxes(all[at])[column]
      if (next) return go(next)
    }
    return undefined
  }
  const horizontal = (box, step) => {
    const own = boxes(box.closest('tr')).filter(Boolean)
    const next = own[own.indexOf(box) + step]
    if (next) go(next)
    return Boolean(next)
  }
  form.addEventListener('keydown', (event) => {
    const box = event.target.closest?.('td .cc-box')
    if (!box || event.altKey || event.ctrlKey || event.metaKey) return
    const whole = box.selectionStart === 0 && box.selectionEnd === box.value.length
    if (event.key === 'ArrowDown' || event.key === 'Enter') {
      event.preventDefault()
      vertical(box, event.shiftKey ? -1 : 1)
    } else if (event.key === 'ArrowUp') {
      event.preventDefault()
      vertical(box, -1)
    } else if (event.key === 'ArrowRight' && (whole || box.selectionStart === box.value.length)) {
      if (horizontal(box, 1)) event.preventDefault()
    } else if (event.key === 'ArrowLeft' && (whole || box.selectionEnd === 0)) {
      if (horizontal(box, -1)) event.preventDefault()
    } else if (event.key === 'Escape') {
      box.value = box.defaultValue
      box.dispatchEvent(new Event('input', { bubbles: true }))
    }
  })
  form.addEventListener('focusin', (event) => {
    if (event.target.matches?.('td .cc-box')) event.target.select()
  })
}

/** An unticked day has nothing in its box; a ticked one has what was planned. */
function tickDays(form) {
  form.querySelectorAll('[data-cc-tick]').forEach((tick) => {
    const box = document.getElementById(tick.dataset.ccTick)
    const first = box.value
    const planned = tick.closest('table').querySelector('tbody tr').children[tick.closest('td').cellIndex].textContent.trim()
    tick.addEventListener('change', () => {
      box.value = tick.checked ? (Number(first) ? first : planned) : '0.00'
      box.dispatchEvent(new Event('input', { bubbles: true }))
    })
    box.addEventListener('input', () => { tick.checked = Number(box.value) > 0 })
  })
}

/** Ask the server what the rules make of what is typed, and put its answer in place without touching what is typed. */
function answerWhileTyping(form) {
  const touched = new Set()
  let timer = 0
  let latest = 0
  let dirty = false

  const ask = async () => {
    const number = ++latest
    const sent = new Map()
    const body = new FormData()
    for (const [name, value] of new FormData(form)) {
      const line = name.match(/^l\d+(?=-|_version$)/)?.[0]
      if ('ccWhole' in form.dataset || !line || touched.has(line)) {
        body.append(name, value)
        sent.set(name, value)
      }
    }
    try {
      const answer = await fetch(form.dataset.ccLive, { method: 'POST', body, headers: { 'X-Requested-With': 'fetch' } })
      if (!answer.ok || number !== latest) return
      show(new DOMParser().parseFromString(await answer.text(), 'text/html'), sent)
    } catch {
      // Without a line to the server nothing is said while typing; what is typed stays, and Save says it.
    }
  }

  const show = (fresh, sent) => {
    fresh.querySelectorAll('[data-cc-shade]').forEach((part) => {
      const own = document.getElementById(part.id)
      if (own) own.className = part.className
    })
    fresh.querySelectorAll('[data-cc-filled]').forEach((part) => {
      const own = document.getElementById(part.id)
      if (own && own !== document.activeElement && own.value === (sent.get(own.name) ?? own.value)) {
        own.value = part.dataset.ccFilled
      }
    })
    fresh.querySelectorAll('[data-cc-part]').forEach((part) => {
      const own = document.getElementById(part.id)
      if (own && own.innerHTML !== part.innerHTML) replace(own, part, sent)
    })
  }

  /** What was typed while the answer was on its way stays, and so does the focus. */
  const replace = (own, part, sent) => {
    const same = (element) => element.dataset.ccSame || element.name
    const active = own.contains(document.activeElement) ? document.activeElement : null
    const place = active && 'selectionStart' in active ? [active.selectionStart, active.selectionEnd] : null
    const typed = new Map([...own.querySelectorAll('input, select')].map((each) => [same(each), each]))
    own.innerHTML = part.innerHTML
    own.querySelectorAll('input, select').forEach((each) => {
      const before = typed.get(same(each))
      if (before && before.value !== (sent.get(before.name) ?? before.value)) each.value = before.value
      if (active && same(active) === same(each)) {
        each.focus()
        if (place && place[0] !== null) each.setSelectionRange(...place)
      }
    })
  }

  form.addEventListener('input', (event) => {
    const line = event.target.closest('[data-cc-line]')
    if (line) touched.add(line.dataset.ccLine)
    dirty = true
    if (event.target.name === 'reviewed') return
    clearTimeout(timer)
    timer = setTimeout(ask, PAUSE)
  })
  form.addEventListener('submit', () => { dirty = false })
  document.querySelectorAll('[data-cc-undo]').forEach((link) => link.addEventListener('click', () => { dirty = false }))
  window.addEventListener('beforeunload', (event) => { if (dirty) event.preventDefault() })
}

document.querySelectorAll('form[data-cc-live]').forEach((form) => {
  walkLikeASpreadsheet(form)
  tickDays(form)
  answerWhileTyping(form)
})
