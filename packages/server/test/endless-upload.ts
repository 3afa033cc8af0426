/** Begins an upload that never ends; resolves when its first bytes are on their way. */
export async function beginEndlessUpload(url: string, key: string): Promise<void> {
  const begun = Promise.withResolvers<void>()
  const body = new ReadableStream({
    async pull(controller) {
      controller.enqueue(new TextEncoder().encode('--x\r\n'))
      begun.resolve()
      await new Promise(() => {})
    },
  })
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'multipart/form-data; boundary=x' }
  // It ends with the server.
  fetch(`${url}/api/upload/file`, { method: 'POST', headers, body }).catch(() => {})
  await begun.promise
}
