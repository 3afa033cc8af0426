export default {
  everybody: 'everyone',
  openPicture: 'View photo',
  pictureFailed: 'Photo did not load. Try again',
  download: 'Download',
  unnamedFile: 'Untitled file',
  uploading: 'Upload progress',
  cancelUpload: 'Cancel upload',
  uploadFailed: 'Upload failed',
  sent: '{percent}% of {size} sent',
  giveUp: 'Cancel',
  retry: 'Try again',
}
