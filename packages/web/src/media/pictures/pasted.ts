/** As some systems give a folder, without content: it is refused as such. Others give it a size. */
const fileIn = (item: DataTransferItem): File | null => {
  const entry = item.webkitGetAsEntry?.()
  return entry?.isDirectory ? new File([], entry.name) : item.getAsFile()
}

/** The files of something dropped. */
export const droppedFiles = (data: DataTransfer): File[] =>
  [...data.items].flatMap((item) => fileIn(item) ?? [])

/**
 * The files of something pasted. Programs that copy text often add a picture of it: then it is a text
 * (undefined), as it is without files.
 */
export function pastedFiles(data: DataTransfer): File[] | undefined {
  const files = [...data.files]
  if (files.length === 0) return undefined
  const isText = data.types.includes('text/plain') && data.types.includes('text/html')
  return isText ? undefined : files
}
