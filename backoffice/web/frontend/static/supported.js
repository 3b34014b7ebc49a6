// GOV.UK Frontend asks for these classes before its styles for scripted parts apply.
// A file of its own, because the content security policy allows no inline script.
document.body.className += ' js-enabled' + ('noModule' in HTMLScriptElement.prototype ? ' govuk-frontend-supported' : '')
