/** Text of a URL without its percent-encoding. A percent sign that encodes nothing stands for itself. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
