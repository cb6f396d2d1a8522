-- The corpus: what was read from the files, and what people say about it. Only store.py uses it.
-- Each statement ends with a semicolon at the end of a line, and no semicolon stands elsewhere at one.
-- A reading is immutable: a report that is read again gets a new one, so that an index built from the old one still finds its text.

CREATE TABLE state (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    revision INTEGER NOT NULL
);

INSERT INTO state VALUES (1, 1);

CREATE TABLE reading (
    id INTEGER PRIMARY KEY AUTOINCREMENT,      -- never used twice, even after a prune
    report TEXT NOT NULL,                      -- SHA-256 of the bytes
    reader TEXT NOT NULL,
    current INTEGER NOT NULL CHECK (current IN (0, 1)),
    pages INTEGER NOT NULL,
    unread_pages INTEGER NOT NULL
);

CREATE INDEX reading_report ON reading (report, id);

CREATE UNIQUE INDEX reading_current ON reading (report) WHERE current = 1;

CREATE TABLE file (
    path TEXT PRIMARY KEY,                     -- clean text, see names.py
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    report TEXT,
    reason TEXT,
    detail TEXT NOT NULL,
    reader TEXT NOT NULL
) WITHOUT ROWID;

CREATE INDEX file_report ON file (report);

CREATE TABLE page (
    reading INTEGER NOT NULL REFERENCES reading (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    label TEXT NOT NULL,
    reader TEXT,
    unread TEXT,
    confidence REAL,
    withheld TEXT NOT NULL DEFAULT '',         -- "box box off_page", a word for each piece
    PRIMARY KEY (reading, number)
) WITHOUT ROWID;

CREATE TABLE section (
    reading INTEGER NOT NULL REFERENCES reading (id) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    kind TEXT NOT NULL,
    heading TEXT NOT NULL,
    PRIMARY KEY (reading, ordinal)
) WITHOUT ROWID;

CREATE TABLE paragraph (
    reading INTEGER NOT NULL REFERENCES reading (id) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    page INTEGER NOT NULL,
    last_page INTEGER NOT NULL,
    number TEXT,
    section INTEGER NOT NULL,
    heading INTEGER NOT NULL,
    turns TEXT NOT NULL,                       -- "offset:page offset:page", empty for most
    text TEXT NOT NULL,
    PRIMARY KEY (reading, ordinal)
) WITHOUT ROWID;

CREATE TABLE aside (
    reading INTEGER NOT NULL REFERENCES reading (id) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    page INTEGER NOT NULL,
    before INTEGER NOT NULL,
    role TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (reading, ordinal)
) WITHOUT ROWID;

CREATE TABLE found (
    reading INTEGER NOT NULL REFERENCES reading (id) ON DELETE CASCADE,
    field TEXT NOT NULL,
    value TEXT NOT NULL,
    source TEXT NOT NULL,
    confidence REAL NOT NULL,
    PRIMARY KEY (reading, field)
) WITHOUT ROWID;

CREATE TABLE item (
    reading INTEGER NOT NULL REFERENCES reading (id) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    kind TEXT NOT NULL,                        -- its words, number, page and section are those of its paragraphs
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    addressee TEXT,
    PRIMARY KEY (reading, ordinal)
) WITHOUT ROWID;

CREATE TABLE text_hash (                       -- the smallest hashes of the runs of words of a reading
    hash INTEGER NOT NULL,
    reading INTEGER NOT NULL REFERENCES reading (id) ON DELETE CASCADE,
    PRIMARY KEY (hash, reading)
) WITHOUT ROWID;

CREATE INDEX text_hash_reading ON text_hash (reading);

CREATE TABLE near_duplicate (                  -- two readings whose texts are 98 % alike
    reading INTEGER NOT NULL REFERENCES reading (id) ON DELETE CASCADE,
    other INTEGER NOT NULL REFERENCES reading (id) ON DELETE CASCADE,
    PRIMARY KEY (reading, other)
) WITHOUT ROWID;

CREATE INDEX near_duplicate_other ON near_duplicate (other);

CREATE TABLE scan (
    report TEXT NOT NULL,                      -- SHA-256 of the bytes: what was read by OCR is never read again
    page INTEGER NOT NULL,
    languages TEXT NOT NULL,
    engine TEXT NOT NULL,
    confidence REAL NOT NULL,
    width INTEGER NOT NULL,
    turned INTEGER NOT NULL,
    lines TEXT NOT NULL,                       -- JSON
    PRIMARY KEY (report, page, languages)
) WITHOUT ROWID;

CREATE TABLE catalogue (
    ordinal INTEGER PRIMARY KEY,
    line INTEGER NOT NULL,                     -- where the row stands in catalogue.csv
    cells TEXT NOT NULL                        -- JSON object: column to text, filled cells only
);

CREATE TABLE withdrawn (
    report TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    file TEXT NOT NULL,                        -- where it was last
    date TEXT NOT NULL,
    replaced_by TEXT                           -- the report that the same file is now, if it is one
) WITHOUT ROWID;

CREATE TABLE missing_folder (                  -- nothing of it was withdrawn: it may be a share that is not mounted
    folder TEXT PRIMARY KEY,
    since TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE waiting_file (                    -- new or changed, and not read yet: the run has not come to it
    path TEXT PRIMARY KEY
) WITHOUT ROWID;

CREATE TABLE removed (
    report TEXT PRIMARY KEY,
    date TEXT NOT NULL,
    reason TEXT NOT NULL,
    done INTEGER NOT NULL CHECK (done IN (0, 1))  -- 0 until nothing of its text is left anywhere in the library
) WITHOUT ROWID;

CREATE TABLE source (                          -- a board's page that `reviews collect` reads, and how it answered last
    name TEXT PRIMARY KEY,
    url TEXT NOT NULL,
    tried TEXT NOT NULL,
    answered TEXT NOT NULL,                    -- when all its pages answered, or empty
    problem TEXT NOT NULL,
    listed INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE source_page (
    source TEXT NOT NULL,
    url TEXT NOT NULL,
    checked TEXT NOT NULL,
    etag TEXT NOT NULL,
    modified TEXT NOT NULL,
    links TEXT NOT NULL,                       -- JSON
    PRIMARY KEY (source, url)
) WITHOUT ROWID;

CREATE TABLE publication (                     -- a report at an address of a source
    source TEXT NOT NULL,
    url TEXT NOT NULL,
    report TEXT NOT NULL,
    file TEXT NOT NULL,
    retrieved TEXT NOT NULL,
    checked TEXT NOT NULL,
    etag TEXT NOT NULL,
    modified TEXT NOT NULL,
    size INTEGER NOT NULL,
    replaced TEXT NOT NULL,                    -- the day on which other bytes came under the address, or empty
    withdrawn TEXT NOT NULL,                   -- the day on which it was found to be gone, or empty
    why TEXT NOT NULL,
    cells TEXT NOT NULL,                       -- JSON object: column of the catalogue to text
    PRIMARY KEY (source, url, report)
) WITHOUT ROWID;

CREATE INDEX publication_report ON publication (report);

CREATE TABLE refused_address (                 -- addresses that gave a removed report, which must not be kept in clear
    digest TEXT PRIMARY KEY,
    checked TEXT NOT NULL
) WITHOUT ROWID;
