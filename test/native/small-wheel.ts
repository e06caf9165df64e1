/**
 * A wheel with two libraries (one deflated, one stored), a header and an empty header, as Python 3.11's zipfile writes it:
 * `ZipFile.writestr` for each member and a RECORD with their SHA-256 (PEP 376).
 */
export const smallWheel = Buffer.from(
  [
    'UEsDBBQAAAAIAAAAIVyMAj3pGgAAAHwBAAAWAAAAdGVuc29yZmxvdy9saWJvbmUuc28uMivJSFVIyywqLlHIyUwqSiyq1FEoGRWijxAAUEsDBB',
    'QAAAAAAAAAIVxleNFaDwAAAA8AAAAWAAAAdGVuc29yZmxvdy9saWJ0d28uc28uMnN0b3JlZCBhcyBpdCBpc1BLAwQUAAAACAAAACFceBw1lg8A',
    'AAANAAAAGgAAAHRlbnNvcmZsb3cvaW5jbHVkZS9jL2FwaS5oUy4oSkzPTVTIz0tO5QIAUEsDBBQAAAAAAAAAIVwAAAAAAAAAAAAAAAAcAAAAdG',
    'Vuc29yZmxvdy9pbmNsdWRlL2MvZW1wdHkuaFBLAwQUAAAACAAAACFcuViesyoAAAAvAAAAHAAAAHNtYWxsLTEuMC5kaXN0LWluZm8vTUVUQURB',
    'VEHzTS1JTEksSdQNSy0qzszPs1Iw0jPk8kvMTbVSKM5NzMnhgksY6hlwAQBQSwMEFAAAAAgAAAAhXHuDv8E9AAAAOwAAABkAAABzbWFsbC0xLj',
    'AuZGlzdC1pbmZvL1dIRUVMC89ITc3RDUstKs7Mz7NSMNQz4ArKzy/R9SzWDSgtSs3JTLJSKCkqTeUKSUy3UiioNNbNy89L1U3Mq+QCAFBLAwQU',
    'AAAACAAAACFcptC5M1cBAAD+AQAAGgAAAHNtYWxsLTEuMC5kaXN0LWluZm8vUkVDT1JEbcxLcoIwAADQvWcJyC8Kiy4QUjVAKQTBZuMggqQlQA',
    '1I7em7ctrO+A7whrIV3aVqumnesGPXlrLoZA2IOtfg4umo9BvEi6D6Xj375i0ibAhvbN1402J//ioOtOLSlpij4RdAN5XZ8G8bpu7f1lPzFPru',
    'xbIVQ/Ir3zzSdvBIWHYu8ejZ0rCOvauCjV0EVPg3Y23RjKdyXszznsn1PRQL/Ws1NEeWJNoHjg4eQRODjpTpVCTbke2CkugNte0zAqr+OCx5P9',
    'x+S2Ppoqh/NzcrkkuHZMszCWKnHKMy/uDwJehxRtd6TcbnHVBmgudNI6myIp+YGCTWVt08QInt2ol9H3fQv65xHYUoUK6p78ZpR+l+z1uoLU27',
    'itP63DKTTNnlDRjLh2W2Qci/f9hJ99a3mUrvQstT+MmjWEN6xRwhvY369TW01MJZ8VDFAYDWwy9GThi7AMx+AFBLAQIUAxQAAAAIAAAAIVyMAj',
    '3pGgAAAHwBAAAWAAAAAAAAAAAAAACAAQAAAAB0ZW5zb3JmbG93L2xpYm9uZS5zby4yUEsBAhQDFAAAAAAAAAAhXGV40VoPAAAADwAAABYAAAAA',
    'AAAAAAAAAIABTgAAAHRlbnNvcmZsb3cvbGlidHdvLnNvLjJQSwECFAMUAAAACAAAACFceBw1lg8AAAANAAAAGgAAAAAAAAAAAAAAgAGRAAAAdG',
    'Vuc29yZmxvdy9pbmNsdWRlL2MvYXBpLmhQSwECFAMUAAAAAAAAACFcAAAAAAAAAAAAAAAAHAAAAAAAAAAAAAAAgAHYAAAAdGVuc29yZmxvdy9p',
    'bmNsdWRlL2MvZW1wdHkuaFBLAQIUAxQAAAAIAAAAIVy5WJ6zKgAAAC8AAAAcAAAAAAAAAAAAAACAARIBAABzbWFsbC0xLjAuZGlzdC1pbmZvL0',
    '1FVEFEQVRBUEsBAhQDFAAAAAgAAAAhXHuDv8E9AAAAOwAAABkAAAAAAAAAAAAAAIABdgEAAHNtYWxsLTEuMC5kaXN0LWluZm8vV0hFRUxQSwEC',
    'FAMUAAAACAAAACFcptC5M1cBAAD+AQAAGgAAAAAAAAAAAAAAgAHqAQAAc21hbGwtMS4wLmRpc3QtaW5mby9SRUNPUkRQSwUGAAAAAAcABwDzAQ',
    'AAeQMAAAAA',
  ].join(''),
  'base64',
);

export const smallWheelFiles = {
  libraries: [
    { name: 'tensorflow/libone.so.2', bytes: 380 },
    { name: 'tensorflow/libtwo.so.2', bytes: 15 },
  ],
  headers: ['c/api.h', 'c/empty.h'],
};

export const smallWheelContents = {
  'lib/libone.so.2': 'the first library, '.repeat(20),
  'lib/libtwo.so.2': 'stored as it is',
  'include/c/api.h': '#pragma once\n',
  'include/c/empty.h': '',
};
