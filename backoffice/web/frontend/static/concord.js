// Everything here only makes things quicker: each page works without it.

import {
  Button,
  CharacterCount,
  ErrorSummary,
  NotificationBanner,
  PasswordInput,
  ServiceNavigation,
  SkipLink,
  createAll
} from './govuk-frontend.js'

for (const component of [CharacterCount, ErrorSummary, NotificationBanner, PasswordInput, ServiceNavigation, SkipLink]) {
  createAll(component)
}
createAll(Button, { preventDoubleClick: true })

/** The send button says the verb that was chosen ("Agree", "Reject"), and is red only where the radio says so. */
function wordTheButton(form) {
  const button = form.querySelector('[data-cc-button]')
  const apply = () => {
    const chosen = form.querySelector('input[data-cc-word]:checked')
    if (button && chosen) {
      button.textContent = chosen.dataset.ccWord
      button.classList.toggle('govuk-button--warning', chosen.dataset.ccTone === 'warning')
    }
  }
  // Only for the radios themselves: a text field also "changes" while the button is pressed, and a button whose
  // words change under the pointer loses the click.
  form.querySelectorAll('input[data-cc-word]').forEach((radio) => radio.addEventListener('change', apply))
  apply()
}

/** "Select all" and "2 selected" of a list with tick boxes. */
function countSelected(form) {
  const boxes = [...form.querySelectorAll('input[data-cc-select]')]
  const all = form.querySelector('input[data-cc-select-all]')
  const words = form.querySelector('[data-cc-selected]')
  const offer = form.querySelector('[data-cc-all]')
  if (offer) offer.hidden = false
  const tell = () => {
    const chosen = boxes.filter((box) => box.checked).length
    if (words) words.textContent = `${chosen} selected`
    if (all) all.checked = chosen > 0 && chosen === boxes.length
  }
  all?.addEventListener('change', () => {
    boxes.forEach((box) => { box.checked = all.checked })
    tell()
  })
  boxes.forEach((box) => box.addEventListener('change', tell))
  tell()
}

/** A box that scrolls sideways must be reachable by keyboard, but only when it does scroll. */
function focusableWhenScrolling(box) {
  const apply = () => {
    if (box.scrollWidth > box.clientWidth) box.setAttribute('tabindex', '0')
    else box.removeAttribute('tabindex')
  }
  new ResizeObserver(apply).observe(box)
}

/** A progress page asks again by itself; without script it has a link. */
function refreshWhileRunning(part) {
  const seconds = Number(part.dataset.ccRefresh) || 3
  setTimeout(async () => {
    const answer = await fetch(window.location.href, { headers: { 'X-Requested-With': 'fetch' } })
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    const fresh = page.getElementById(part.id)
    if (!fresh) return window.location.reload()
    part.replaceWith(fresh)
    for (const name of ['title', 'h1']) document.querySelector(name).textContent = page.querySelector(name).textContent
    if (fresh.dataset.ccRefresh) refreshWhileRunning(fresh)
  }, seconds * 1000)
}

/** Filters lie open; on a phone they are folded until they are asked for, unless one is set. */
function foldOnPhones(part) {
  if (window.matchMedia('(max-width: 959px)').matches && part.dataset.ccFold !== 'set') part.open = false
}

/** The search box is ready to type in when it is opened; Escape closes whatever the header has opened. */
function readyToType(part) {
  part.querySelector('summary').addEventListener('click', (event) => {
    event.preventDefault()
    part.open = !part.open
    if (part.open) part.querySelector('input[type=search]').focus()
  })
}

function closeWithEscape(part) {
  part.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !part.open) return
    part.open = false
    part.querySelector('summary').focus()
  })
}

/** Buttons that only a script can serve ("Print this page") are hidden until it runs. */
function showPrint(button) {
  button.hidden = false
  button.addEventListener('click', () => window.print())
}

document.querySelectorAll('form[data-cc-words]').forEach(wordTheButton)
document.querySelectorAll('form[data-cc-list]').forEach(countSelected)
document.querySelectorAll('.cc-scroll').forEach(focusableWhenScrolling)
document.querySelectorAll('[data-cc-refresh]').forEach(refreshWhileRunning)
document.querySelectorAll('[data-cc-print]').forEach(showPrint)
document.querySelectorAll('details[data-cc-fold]').forEach(foldOnPhones)
document.querySelectorAll('[data-cc-find]').forEach(readyToType)
document.querySelectorAll('details.cc-menu').forEach(closeWithEscape)
