// Links that we hand out and that work without credentials for a while, as S3's presigned URLs do.

export interface DownloadLinks {
  /** URL of a stored blob under `endpoint`, good for ten minutes. */
  forBlob(sha256: string, endpoint: string): string;
}
