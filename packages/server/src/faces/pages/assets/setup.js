// The setup page: posts the form and shows the answer in place.
const form = document.querySelector('#setup')
const alert = form.querySelector('[role=alert]')
form.addEventListener('submit', async (event) => {
  event.preventDefault()
  const button = form.querySelector('button')
  button.disabled = true
  alert.textContent = ''
  try {
    const response = await fetch('/web/admin/setup', {
      method: 'POST',
      body: new URLSearchParams(new FormData(form)),
    })
    const { code, msg } = await response.json()
    if (code === 0) {
      form.hidden = true
      document.querySelector('#done').hidden = false
    } else alert.textContent = msg
  } catch {
    alert.textContent = form.dataset.failed
  }
  button.disabled = false
})
