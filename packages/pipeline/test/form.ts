/** Writes forms as clients do. */
export const BOUNDARY = "----form-0123456789";
export const FORM_TYPE: string = `multipart/form-data; boundary=${BOUNDARY}`;

export interface Part {
  readonly name: string;
  readonly value: string | Buffer;
  /** For a file. */
  readonly fileName?: string;
}

export function toForm(...parts: readonly Part[]): Buffer {
  const pieces = parts.flatMap(({ name, value, fileName }) => {
    const file = fileName === undefined ? "" : `; filename="${fileName}"`;
    const header = `content-disposition: form-data; name="${name}"${file}`;
    return [`--${BOUNDARY}\r\n${header}\r\n\r\n`, value, "\r\n"];
  });
  return Buffer.concat([...pieces, `--${BOUNDARY}--\r\n`].map((piece) => Buffer.from(piece)));
}
