/** Invite links as codes to scan: dark on light, with the quiet margin scanners need. */
import { encodeQR } from 'qr'

const quietModules = 4
/** Of each module in a saved picture. */
const modulePx = 10

/** The address of a picture. */
export function codeImage(text: string): string {
  return `data:image/svg+xml,${encodeURIComponent(encodeQR(text, 'svg', { ecc: 'low', border: quietModules }))}`
}

/** A picture to keep or hand on. Null where this browser cannot make one. */
export function codePicture(text: string): Promise<Blob | null> {
  const modules = encodeQR(text, 'raw', { ecc: 'low', border: quietModules })
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = modules.length * modulePx
  const context = canvas.getContext('2d')
  if (context === null) return Promise.resolve(null)
  context.fillStyle = '#fff'
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.fillStyle = '#000'
  for (const [y, line] of modules.entries())
    for (const [x, isDark] of line.entries())
      if (isDark) context.fillRect(x * modulePx, y * modulePx, modulePx, modulePx)
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'))
}
