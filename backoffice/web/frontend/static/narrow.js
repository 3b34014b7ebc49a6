// A form whose choices lead to others (Type, Related to, Entity): when one is made, the parts that depend on it are
// asked for anew and put in their place. Without this script the form has a button that does the same.
//
// Only the choices are sent, never what was typed. What was typed stays in the page.

const CHOICES = ['type', 'related', 'entity', 'line']
let asked = 0

/** The address of this page with the choices as they stand. */
function address(form) {
  const chosen = new URLSearchParams()
  for (const name of CHOICES) {
    const value = form.elements.namedItem(name)?.value
    if (value) chosen.set(name, value)
  }
  return `${window.location.pathname}?${chosen}`
}

/** What people have put into the controls of a part, by id. */
function keep(part) {
  return [...part.querySelectorAll('input, select')].map((control) => [control.id, control.value])
}

/** Put it back where the control is still there and still takes it. */
function restore(kept) {
  for (const [id, value] of kept) {
    const control = id && document.getElementById(id)
    const takes = control && (control.tagName !== 'SELECT' || [...control.options].some((each) => each.value === value))
    if (takes && value) control.value = value
  }
}

async function narrow(form, chosen) {
  const turn = ++asked
  const answer = await fetch(address(form), { headers: { 'X-Requested-With': 'fetch' } })
  if (!answer.ok || turn !== asked) return
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
  const focused = document.activeElement?.id
  for (const part of form.querySelectorAll('[data-cc-part]')) {
    const fresh = page.querySelector(`[data-cc-part="${part.dataset.ccPart}"]`)
    if (!fresh || part.contains(chosen)) continue
    const kept = keep(part)
    part.innerHTML = fresh.innerHTML
    restore(kept)
  }
  if (focused) document.getElementById(focused)?.focus()
}

const form = document.querySelector('[data-cc-continue]')?.closest('form')
if (form) {
  form.querySelector('[data-cc-continue]').remove()
  form.addEventListener('change', (event) => {
    if (['type', 'related'].includes(event.target.name)) narrow(form, event.target)
  })
}
