import { looksLike, MAX_COLUMNS, planColumns, type ColumnSettings } from './upload-file';

const settings = (over: Partial<ColumnSettings> = {}): ColumnSettings => ({
  numberColumn: null,
  delimiter: ',',
  ...over,
});
const plan = (cells: string[], over?: Partial<ColumnSettings>) => {
  const reading = planColumns(cells, settings(over));
  if (!reading.ok) throw new Error(reading.problem);
  return reading.plan;
};
const problem = (cells: string[], over?: Partial<ColumnSettings>) => {
  const reading = planColumns(cells, settings(over));
  return reading.ok ? null : reading.problem;
};

test('number, meta and variables are found by name, in any case and with blanks around', () => {
  expect(plan(['Name', ' Mobile ', 'CUSTOM', 'city'])).toEqual({
    width: 4,
    number: { at: 1, name: 'Mobile' },
    otherNumbers: [],
    meta: { at: 2, name: 'CUSTOM' },
    variables: [
      { at: 0, name: 'Name' },
      { at: 3, name: 'city' },
    ],
  });
});

test('of several number columns the better known name wins, and the other is a variable', () => {
  const { number, variables } = plan(['phone', 'to']);
  expect([number.name, variables]).toEqual(['to', [{ at: 0, name: 'phone' }]]);
});

test.each([
  [
    'Phone Number',
    'Mobile No.',
    'Contact',
    'WhatsApp number',
    'PHONE_NUMBER',
    'Phone 1 - Value',
    'Cell #',
    'Mob. No',
    '\u200bphone',
  ],
  ['मोबाइल नंबर', 'फ़ोन नंबर', 'फोन', 'संपर्क', 'व्हाट्सएप नंबर'],
  ['Teléfono', 'Número de teléfono', 'NUMERO DE CELULAR', 'Móvil', 'Telefono movil'],
  ['Telefone', 'Celular', 'Número de telemóvel', 'Contato'],
  ['Téléphone', 'N° de téléphone', 'Nº de téléphone', 'Portable', 'Numéro de portable'],
  ['رقم الهاتف', 'الجوال', 'رقم الموبايل', 'واتساب'],
  ['Nomor HP', 'No. HP', 'No WA', 'Nomor Telepon', 'Ponsel'],
  // By their words, in any order and together.
  [
    'Customer Mobile No',
    'Registered Mobile Number',
    'Mobile No 1',
    'Mobile/WhatsApp',
    'Tel. Number',
    'Phone 2 - Value',
  ],
  ['मोबाइल न.', 'मो. नं.', 'मोबाइल संख्या', 'दूरभाष क्रमांक', 'मोबाइल फ़ोन नंबर'],
  [
    'Tlf.',
    'Teléf.',
    'Nº teléfono',
    'N.º de teléfono',
    'Núm. de teléfono',
    'Cel.',
    'Nro. de celular',
    'Tel. móvil',
    'Celular/WhatsApp',
  ],
  ['Nº de telefone', 'Tel. celular', 'Fone/Celular', 'Celular (WhatsApp)', 'Nº de telemóvel'],
  ['Tél. portable', 'N° de tél.', 'N° de portable', 'Numéro de téléphone portable', 'Num. tél.', 'Téléphone 1'],
  ['رقم الهاتف الجوال', 'الهاتف النقال', 'الواتساب', 'رقم الموبايل/واتساب'],
  ['MobilePhone', 'customerMobileNo', 'HomePhone', 'Billing Phone', 'Default Address Phone', 'User Phone'],
  [
    'Phone (with country code)',
    'Mobile No. [10 digits]',
    'Phone Number *',
    'Recipient',
    'Receiver Mobile',
    'Alt. Phone',
  ],
  ['মোবাইল নম্বর', 'ફોન નંબર', 'மொபைல் எண்', 'ఫోన్ నంబర్', 'ಮೊಬೈಲ್ ಸಂಖ್ಯೆ', 'മൊബൈൽ നമ്പർ', 'ਫ਼ੋਨ ਨੰਬਰ', 'موبائل نمبر'],
  ['Telefonnummer', 'Handynummer', 'Mobilnummer', 'Rufnummer', 'Handy', 'Numero di cellulare', 'Cellulare'],
  ['Номер телефона', 'Мобильный', 'Телефон', 'Cep telefonu', 'Telefon Numarası', 'Số điện thoại', 'Nombor telefon'],
  ['手机号', '手机号码', '电话', '電話番号', '携帯電話', '전화번호', '휴대폰 번호', 'เบอร์โทรศัพท์', 'เบอร์โทร'],
  ['No HP/WA', 'No. HP (WA)', 'Nomor Telpon', 'Tlp', 'Nomor Telepon Seluler'],
])('columns of numbers by the names that people give them: %s …', (...names) => {
  for (const name of names) expect([name, plan(['name', name]).number.at]).toEqual([name, 1]);
});

test('the surest name wins, and the others stand in', () => {
  const { number, otherNumbers } = plan(['Contact', 'WhatsApp', 'Mobile No.', 'phone']);
  expect([number.name, ...otherNumbers.map(({ name }) => name)]).toEqual([
    'phone',
    'Mobile No.',
    'WhatsApp',
    'Contact',
  ]);
  expect(plan(['Phone 2 - Value', 'Phone 1 - Label', 'Phone 1 - Value']).otherNumbers).toEqual([
    { at: 0, name: 'Phone 2 - Value' },
  ]);
  for (const name of ['Customer number 2', 'Phone 1 - Type', 'Has phone', 'Phone model', 'Número de contacto 2']) {
    expect([name, problem(['id', name])]).toEqual([name, expect.stringContaining('no column with the numbers')]);
  }
  for (const name of [
    'Customer number',
    'Order number',
    'Name',
    'Amount',
    'Contact name',
    'Mobile country code',
    'Phone verified',
    'phoneType',
    'Home address',
    'Recipient name',
    'Work',
    'User number',
    'Номер заказа',
    '号码',
    '(phone)x',
  ]) {
    expect([name, problem(['id', name])]).toEqual([name, expect.stringContaining('no column with the numbers')]);
  }
});

test('numberColumn decides, in any case', () => {
  const { number, variables } = plan(['to', 'Kontakt'], { numberColumn: 'kontakt' });
  expect([number.name, variables]).toEqual(['Kontakt', [{ at: 0, name: 'to' }]]);
  expect(problem(['to', 'name'], { numberColumn: 'kontakt' })).toBe(
    'there is no column "kontakt"; the header row has "to", "name"',
  );
});

test('a column without a name is ignored', () => {
  expect(plan(['to', '', 'name', ' '])).toMatchObject({ width: 4, variables: [{ at: 2, name: 'name' }] });
});

test.each([
  [['to', 'name', 'Name'], 'the header has the column "Name" twice: rename one'],
  [
    ['name', 'city'],
    /^there is no column with the numbers: the header row has "name", "city"; name one of them to, phone/,
  ],
  [['+919800000001', 'Asha'], /"\+9198\*{6}01", "Asha"/],
  [['to', 'n\ufffdme'], /not UTF-8/],
  [Array.from({ length: MAX_COLUMNS + 1 }, (_, i) => `c${i}`), 'the header has 201 columns; 200 is the most'],
  [Array.from({ length: 15 }, (_, i) => `c${i}`), /"c9" and 5 more/],
])('refused: %j', (cells, expected) => {
  expect(problem(cells)).toMatch(expected);
});

test.each([
  ['to;name', ',', 'semicolon', '%3B'],
  ['to\tname', ',', 'tab', '%09'],
  ['to|name', ',', 'pipe', '%7C'],
  ['to,name', ';', 'comma', ','],
])('a header of one cell, %j, read with %j: the remedy is named', (cell, delimiter, name, query) => {
  const found = problem([cell], { delimiter });
  expect(found).toContain(`seems to use ${name}: repeat the request with ?delimiter=${query}`);
});

test('files that are no text are known by their first bytes', () => {
  expect(looksLike(Buffer.from('PK\x03\x04\x14\x00'))).toBe('a zip archive or an Excel workbook (.xlsx)');
  expect(looksLike(Buffer.from('1f8b0800', 'hex'))).toBe('a gzip file');
  expect(looksLike(Buffer.from('fffe74006f00', 'hex'))).toBe('UTF-16 text');
  expect(looksLike(Buffer.from('to,name', 'utf16le'))).toContain('declare it with ?charset=utf-16le');
  expect(looksLike(Buffer.from('to,na\0me'))).toBe('a binary file');
  expect(looksLike(Buffer.from('\ufeffto,name\n'))).toBeNull();
  expect(looksLike(Buffer.from('to,name\n'))).toBeNull();
});
