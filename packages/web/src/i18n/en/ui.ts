/** Words of the design system's own parts. */
export default {
  back: 'Back',
  close: 'Close',
  cancel: 'Cancel',
  save: 'Save',
  clear: 'Clear',
  more: 'More',
  retry: 'Retry',
  undo: 'Undo',
  showPassword: 'Show password',
  hidePassword: 'Hide password',
  loading: 'Loading',
  slow: 'The network is slow, still loading…',
  resize: 'Change width',
  notifications: 'Messages about what you did',
  counted: '{count} of {max} characters',
  withCount: '{label}, {count} new',
}
