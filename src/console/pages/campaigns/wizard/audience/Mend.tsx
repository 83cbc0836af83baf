/** The refused rows of a file, mended in the browser that has it: the file goes up again with these rows in their place. */
import { useEffect, useId, useState } from 'preact/hooks';
import { addressOf } from '../../../../api';
import { count } from '../../../../parts';
import { mendFile, readAgain, refusedOfFile, type MendableFile, type Mended } from './refused';
import { RefusedRows } from './RefusedRows';
import { RowErrors, rowProblemsOf } from './RowErrors';
import { atHand, uploadInstead, type UploadAnswer } from './uploading';

/** A larger one is mended by a spreadsheet, which is made for it. */
const MAX_MENDED_BYTES = 20 * 1_024 * 1_024;

/** The text of a file in UTF-8, or in UTF-16 with a byte order mark. */
async function textOf(file: Blob): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const isWide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  const charset = !isWide ? 'utf-8' : bytes[0] === 0xff ? 'utf-16le' : 'utf-16be';
  return new TextDecoder(charset, { ignoreBOM: true }).decode(bytes);
}

export function Mend({ upload }: { upload: UploadAnswer }) {
  const { id, state, errors, invalid, duplicates } = upload;
  const has = atHand.value?.id === id ? atHand.value : null;
  const [file, setFile] = useState<(MendableFile & { id: string }) | null>(null);
  const isTooLarge = has !== null && has.file.size > MAX_MENDED_BYTES;
  useEffect(() => {
    if (has === null || isTooLarge || errors.length === 0) return;
    let isOver = false;
    void textOf(has.file).then((text) => {
      const read = readAgain(text, upload);
      if (isOver) return;
      if (read !== null) setFile({ ...read, id });
      // Another file after all: it may be chosen again.
      else atHand.value = null;
    });
    return () => void (isOver = true);
  }, [id, has, errors.length > 0]);
  const report = (
    <a href={addressOf('/api/v1/uploads/{id}/errors.csv', { params: { id } })} download>
      All {count(invalid + duplicates)} errors as CSV
    </a>
  );
  const isRead = file?.id === id;
  if (has === null || isTooLarge || (!isRead && file === null)) {
    return (
      <>
        <RowErrors problems={rowProblemsOf(upload)} />
        {errors.length > 0 && <p>{report}</p>}
        {isTooLarge && errors.length > 0 && <p class="soft">The file is too large to be mended here: mend it in a spreadsheet, and choose it anew.</p>}
        {has === null && errors.length > 0 && state !== 'processing' && <ChooseAgain upload={upload} />}
      </>
    );
  }
  const retry = (mended: Mended): Promise<void> =>
    uploadInstead(new Blob([mendFile(file!, mended)], { type: 'text/csv' }), has.name);
  return (
    <RefusedRows
      table={isRead ? refusedOfFile(file, errors) : { names: [], rows: [] }}
      total={invalid + duplicates}
      isReading={state === 'processing' || (errors.length > 0 && !isRead)}
      onTry={retry}
    >
      {report}
    </RefusedRows>
  );
} // prettier-ignore

/** The API gives back no rows: whoever has the file shows it once more. */
function ChooseAgain({ upload }: { upload: UploadAnswer }) {
  const { id, name, columns } = upload;
  const field = useId();
  const [isOther, setOther] = useState(false);
  const take = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    const isSame = file.size > MAX_MENDED_BYTES || readAgain(await textOf(file), upload) !== null;
    setOther(!isSame);
    if (isSame) atHand.value = { id, name: name ?? file.name, file };
  };
  return (
    <div class={isOther ? 'field wrong' : 'field'}>
      <label for={field}>Mend these rows here</label>
      <p class="help" id={`${field}-help`}>
        Choose the file {name === null ? '' : `“${name}” `}again: Heliograph gives back no numbers.
      </p>
      <input
        id={field}
        type="file"
        accept=".csv,.txt,text/csv,text/plain"
        aria-describedby={isOther ? `${field}-help ${field}-error` : `${field}-help`}
        aria-invalid={isOther}
        onChange={(event) => void take(event.currentTarget.files?.[0])}
      />
      {isOther && (
        <p class="wrongly" id={`${field}-error`}>
          It is another file, or it was changed since. The columns were {columns.join(', ')}.
        </p>
      )}
    </div>
  );
}
