/** As much as is needed of what vue-i18n hands to a compiled text. */
interface Context {
  plural<Form>(forms: readonly Form[]): Form
  named(name: string): unknown
}

const VALUE = /\{(\w+)\}/
/** vue-i18n wants characters like `@` written so. */
const LITERAL = /\{'(.)'\}/g

/**
 * Makes a function out of a text with `{name}` for values and ` | ` between forms of number: all that our texts use. The
 * compiler that vue-i18n brings is nine times as large as the texts of the first page.
 */
export function compileText(source: string): (context: Context) => string {
  const forms = source.split('|').map((form) => piecesOf(form.trim()))
  if (forms.length === 1) {
    // As it is written: the space at the end of “草稿 ” is part of it.
    const pieces = piecesOf(source)
    return (context) => fill(pieces, context)
  }
  return (context) => fill(context.plural(forms), context)
}

/** The text alternates with names: even places are text, odd ones are names. */
const piecesOf = (text: string): readonly string[] => text.replace(LITERAL, '$1').split(VALUE)

function fill(pieces: readonly string[], { named }: Context): string {
  return pieces.map((piece, index) => (index % 2 === 0 ? piece : String(named(piece) ?? ''))).join('')
}
