"""The fault codes of a file as a whole."""

from typing import Final

from csvgate.validation.codes.code import Code

FILE_CODES: Final = (
    Code(
        "file.empty",
        "The file is empty",
        "It has no bytes, only blank lines, or nothing between preamble and footer. A file with a "
        "header and no rows is not empty: it is an upload of zero rows. Check the export.",
    ),
    Code(
        "file.encoding",
        "The file is in another encoding",
        "Its byte order mark announces UTF-32, or its first bytes contradict the contract's "
        "`encoding`: they are UTF-16 without a byte order mark although the contract expects "
        "something else, or the other way round. A byte order mark of UTF-8 or UTF-16 is never a "
        "fault; it takes precedence over the contract. Save the file in the expected encoding, or "
        "change the contract.",
    ),
    Code(
        "file.text_truncated",
        "The file is cut off inside a character",
        "A character of UTF-16 takes two or four bytes, and one byte is left over at the end. This "
        "happens when a transfer breaks off. Upload the file again.",
    ),
    Code(
        "file.not_csv",
        "The file is not a CSV file",
        "Its first bytes are those of an old or binary Excel workbook, an archive, a PDF document, "
        "a Parquet, Arrow, Avro, SQLite, JSON or XML file, an image, a web page, or a pointer of "
        "Git LFS, or the file was compressed more than twice. Export it as CSV, optionally "
        "compressed with gzip, zstd, bzip2, xz or zip, or save a workbook as .xlsx.",
    ),
    Code(
        "file.overwrite",
        "A file of this name is loaded already",
        "The contract says `on_overwrite: refuse`. Upload new data under a new name.",
    ),
    Code(
        "file.identical",
        "A file with the same content is loaded already",
        "Its size and checksum are those of an upload whose rows are in the table, under another "
        "name, and the contract says `identical: refuse`. Check whether the right file was "
        "exported. If its rows are wanted a second time, an operator sets `identical: load`.",
    ),
    Code(
        "upload.identical",
        "The same file is loaded already",
        "Its rows are in the table: an upload with this content was loaded before, under the same "
        "name, or under another one if the contract says `identical: skip`. A copy, a restored "
        "object or a second try of a client causes this. Nothing has to be done. An upload that "
        "is under way, was rejected or was revoked does not count.",
    ),
    Code(
        "upload.superseded",
        "A newer file is loaded already",
        "The contract replaces rows, and a file with this name (or, if the whole table is "
        "replaced, any file) that was uploaded later is loaded. The table has the newer rows, and "
        "nothing of this file is loaded. If its rows should count, upload it again. The "
        "correction of a file that was replaced since is not loaded either: correct the newer "
        "file instead.",
    ),
    Code(
        "unique.in_table",
        "A key is in the table already",
        "The contract says that the key is unique in the table, and a row of an earlier upload has "
        "it. None of the rows of this file is loaded. Remove the rows with such keys, or correct "
        "the keys, and upload the file again.",
    ),
    Code(
        "file.gone",
        "The file no longer exists",
        "It was deleted or overwritten before it was read to its end, and none of its rows is "
        "loaded. An overwriting file is an upload of its own. After a deletion, upload the file "
        "again.",
    ),
    Code(
        "file.too_large_to_finish",
        "The file is too large to be read in time",
        "A function may run for some minutes only, and at the rate that is configured for this "
        "installation (`CSVGATE_READ_BYTES_PER_SECOND`) it could not read the file to its end. "
        "Split the file.",
    ),
    Code(
        "file.too_slow",
        "The file could not be read in time",
        "Three attempts to read the file to its end took longer than a function may run. Split the "
        "file.",
    ),
    Code(
        "file.too_many_chunks",
        "The file is too large to become visible at once",
        "Its valid rows fill more than 10,000 chunks, and BigQuery makes at most that many visible "
        "together. Split the file.",
    ),
    Code(
        "file.too_large",
        "The file is too large",
        "It has more bytes than the contract's `limits.max_bytes` allows. Split the file, or raise "
        "the limit.",
    ),
    Code(
        "file.expands_too_far",
        "The compressed file expands too far",
        "Decompressed, it has more bytes than the contract's `limits.max_bytes` allows. Without "
        "that limit, it has more than 1 GiB and more than 250 times its compressed size, a ratio "
        "that CSV data does not reach. Check the file; if it is right, set `limits.max_bytes`.",
    ),
    Code(
        "file.gzip_truncated",
        "The compressed file is cut off",
        "The file ends before its gzip data does. This happens when a transfer breaks off. Upload "
        "the file again.",
    ),
    Code(
        "file.gzip_corrupt",
        "The compressed file is damaged",
        "Its gzip data cannot be decompressed, its checksum is wrong, or something other than gzip "
        "data follows it. Compress and upload the file again.",
    ),
    Code(
        "file.compressed_truncated",
        "The compressed file is cut off",
        "The file ends before its zstd, bzip2 or xz data does, or before the directory of its zip "
        "archive. This happens when a transfer breaks off. Upload the file again.",
    ),
    Code(
        "file.compressed_corrupt",
        "The compressed file is damaged",
        "Its zstd, bzip2, xz or zip data cannot be decompressed, its checksum is wrong, or "
        "something else follows it. Compress and upload the file again.",
    ),
    Code(
        "file.compressed_memory",
        "The compressed file needs too much memory",
        "Decompressing its zstd or xz data takes more than 128 MiB, because the data refers to "
        "bytes farther back than that. Compress it with the usual settings and upload it again.",
    ),
    Code(
        "file.zip_member",
        "The zip archive does not have one file to read",
        "It has no file; or several, and the contract has no `member` to choose one of them; or "
        "its `member` matches none of them, or several. Folders, and the notes of macOS in "
        "`__MACOSX`, do not count. Upload an archive of one file, or set the contract's `member`.",
    ),
    Code(
        "file.zip_encrypted",
        "The file in the zip archive is encrypted",
        "csvgate has no password. Upload the file without one.",
    ),
    Code(
        "file.zip_method",
        "The file in the zip archive is compressed in an unusual way",
        "Members of an archive are read if they are stored or compressed with deflate, as nearly "
        "all are. Zip the file with deflate, or compress it with gzip, zstd, bzip2 or xz.",
    ),
    Code(
        "file.zip_too_large",
        "The zip archive is too large",
        "Its list of files is at the end, so the archive is held in memory: up to 512 MiB, and up "
        "to 1 MiB of that list. Compress the file with gzip or zstd instead, which are read as "
        "they arrive, up to any size.",
    ),
    Code(
        "file.workbook_sheet",
        "The sheet of the workbook to read is not certain",
        "The workbook has several visible sheets, or none, or it lacks the one that the contract "
        "names. Write the name of the sheet as `dialect.sheetName`, or its number as "
        "`dialect.sheetNumber`.",
    ),
    Code(
        "file.workbook_formula",
        "A formula of the workbook has no result",
        "A program wrote the formula and did not calculate it, so the cell would be read as empty. "
        "Open the workbook in Excel or LibreOffice, save it and upload it again.",
    ),
    Code(
        "file.workbook_cell",
        "A cell of the workbook cannot be written as CSV",
        "The cell contains the delimiter, a quote or a line break, and the contract's `dialect` "
        "has no way to write that. Give the dialect a `quoteChar` with `doubleQuote`. Corrected "
        "reject files have to be CSV.",
    ),
    Code(
        "file.workbook_too_large",
        "The workbook is too large",
        "A sheet may have up to 1 GiB of XML, the shared texts up to 128 MiB of memory, a row up "
        "to 4 million characters, and a cell a million. Split the workbook, or export it as CSV.",
    ),
    Code(
        "file.workbook_damaged",
        "The workbook is damaged",
        "Its parts are not as the file format (.xlsx) says. Open it in Excel, save it and upload "
        "it again.",
    ),
)
