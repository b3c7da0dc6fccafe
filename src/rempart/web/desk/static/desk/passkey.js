// Passkeys: asks the browser, puts its answer into the form, sends the form. Without it the other ways in work.
// A form says what it wants (data-passkey: create, get, login) and where its options stand (data-options: a JSON element; login asks for them).
'use strict'

const toBytes = text => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), sign => sign.charCodeAt(0))
const toText = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
const withIds = list => (list || []).map(one => ({ ...one, id: toBytes(one.id) }))

function asked (options) {
  const told = { ...options.publicKey, challenge: toBytes(options.publicKey.challenge) }
  if (told.user) told.user = { ...told.user, id: toBytes(told.user.id) }
  if (told.excludeCredentials) told.excludeCredentials = withIds(told.excludeCredentials)
  if (told.allowCredentials) told.allowCredentials = withIds(told.allowCredentials)
  return { publicKey: told }
}

function answered (credential) {
  const response = {}
  for (const name of ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
    if (credential.response[name]) response[name] = toText(credential.response[name])
  }
  return {
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: credential.getClientExtensionResults()
  }
}

async function optionsOf (form) {
  if (form.dataset.options) return JSON.parse(document.getElementById(form.dataset.options).textContent)
  const answer = await fetch(form.action, { headers: { Accept: 'application/json' } })
  if (!answer.ok) throw new Error('no options')
  return (await answer.json()).request_options
}

async function ask (form) {
  const refused = form.querySelector('[data-refused]')
  refused.hidden = true
  try {
    const options = asked(await optionsOf(form))
    const made = form.dataset.passkey === 'create' ? await navigator.credentials.create(options) : await navigator.credentials.get(options)
    const field = form.querySelector('[data-credential], [name=credential]')
    field.value = JSON.stringify(answered(made))
    form.submit()
  } catch {
    refused.hidden = false
  }
}

if (window.PublicKeyCredential && window.isSecureContext) {
  for (const form of document.querySelectorAll('form[data-passkey]')) {
    form.querySelector('button').hidden = false
    form.querySelector('[data-without]').hidden = true
    form.addEventListener('submit', event => {
      event.preventDefault()
      ask(form)
    })
  }
}
