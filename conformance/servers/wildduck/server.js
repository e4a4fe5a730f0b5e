// WildDuck's imap-core on loopback, with accounts that are kept in memory.
//
//   server.js IMAP-PORT IMAPS-PORT PASSWORD USER...
//
// imap-core has the protocol only. What is here are the accounts, mailboxes and messages that it
// asks its user for; certificate.pem and key.pem are in the working folder.
'use strict';

const fs = require('fs');
const { EventEmitter } = require('events');
const { IMAPServer, imapHandler } = require('wildduck/imap-core');
const parseMimeTree = require('wildduck/imap-core/lib/indexer/parse-mime-tree');

const [imapPort, imapsPort, password, ...users] = process.argv.slice(2);
const SEPARATOR = '/';
const QUOTA_OCTETS = 1024 ** 3;
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/; // what no name has: RFC 6855, 3

let lastValidity = Math.floor(Date.now() / 1000);

// ---- accounts ----------------------------------------------------------------------------------

class Mailbox {
    constructor(path) {
        this.path = path;
        this._id = { toString: () => `${this.uidValidity}` };
        this.uidValidity = ++lastValidity;
        this.uidNext = 1;
        this.modifyIndex = 0;
        this.messages = [];
        this.journal = []; // what sessions are to be told, each entry with its modseq
    }

    // Keeps an entry for the sessions, and gives the new modseq.
    record(entry) {
        entry.modseq = ++this.modifyIndex;
        this.journal.push(entry);
        return entry.modseq;
    }

    add(raw, flags, idate) {
        const message = { uid: this.uidNext++, raw, flags, idate, mimeTree: parseMimeTree(raw) };
        message.modseq = this.record({ command: 'EXISTS', uid: message.uid });
        message.flagChanges = new Map(); // the modseq of each flag's last change, if there was one
        message.addedModseq = message.modseq;
        this.messages.push(message);
        return message;
    }

    keywords() {
        const flags = this.messages.flatMap(message => message.flags);
        return [...new Set(flags.filter(flag => !flag.startsWith('\\')))];
    }
}

class Account {
    constructor() {
        this.mailboxes = new Map([['INBOX', new Mailbox('INBOX')]]);
        this.subscribed = new Set(); // names, whether or not there are such mailboxes
    }

    byId(id) {
        return [...this.mailboxes.values()].find(mailbox => mailbox._id === id);
    }

    below(path) {
        return [...this.mailboxes.keys()].filter(name => name.startsWith(path + SEPARATOR));
    }

    quota() {
        const messages = [...this.mailboxes.values()].flatMap(({ messages }) => messages);
        const storageUsed = messages.reduce((sum, { raw }) => sum + raw.length, 0);
        return { root: '', quota: QUOTA_OCTETS, storageUsed };
    }
}

const accounts = new Map(users.map(user => [user, new Account()]));
const accountOf = session => accounts.get(session.user.username);

// Tells sessions of what was recorded.
class Notifier extends EventEmitter {
    addListener(session, handler) {
        this.setMaxListeners(0);
        return super.addListener(session.user.id, handler);
    }

    removeListener(session, handler) {
        return super.removeListener(session.user.id, handler);
    }

    fire(session) {
        this.emit(session.user.id);
    }

    getUpdates(id, modifyIndex, callback) {
        for (const account of accounts.values()) {
            const mailbox = account.byId(id);
            if (mailbox) {
                return callback(null, mailbox.journal.filter(entry => entry.modseq > modifyIndex));
            }
        }
        callback(null, []);
    }
}

const notifier = new Notifier();

// ---- what imap-core asks for --------------------------------------------------------------------

function addHandlers(server) {
    server.notifier = notifier;
    server.on('error', error => console.error(error));

    server.onAuth = (login, session, callback) => {
        const isKnown = accounts.has(login.username) && login.password === password;
        const user = { id: login.username, username: login.username };
        callback(null, isKnown && { user });
    };

    server.onList = (query, session, callback) =>
        callback(null, [...accountOf(session).mailboxes.values()]);

    server.onLsub = (query, session, callback) =>
        callback(null, [...accountOf(session).subscribed]);

    server.onSubscribe = (path, session, callback) => {
        accountOf(session).subscribed.add(path);
        callback(null, true);
    };

    server.onUnsubscribe = (path, session, callback) => {
        accountOf(session).subscribed.delete(path);
        callback(null, true);
    };

    server.onGetQuotaRoot = (path, session, callback) => {
        const account = accountOf(session);
        callback(null, account.mailboxes.has(path) ? account.quota() : 'NONEXISTENT');
    };

    server.onGetQuota = (root, session, callback) =>
        callback(null, root === '' ? accountOf(session).quota() : 'NONEXISTENT');

    server.onCreate = (path, session, callback) => {
        const { mailboxes } = accountOf(session);
        if (mailboxes.has(path)) {
            return callback(null, 'ALREADYEXISTS');
        }
        if (CONTROL.test(path)) {
            return callback(null, 'CANNOT');
        }
        mailboxes.set(path, new Mailbox(path));
        callback(null, true);
    };

    server.onRename = (path, newPath, session, callback) => {
        const account = accountOf(session);
        // A level of hierarchy may be renamed too, which is no mailbox.
        const names = [...account.mailboxes.keys()].filter(name => name === path)
            .concat(account.below(path));
        if (!names.length) {
            return callback(null, 'NONEXISTENT');
        }
        if (account.mailboxes.has(newPath)) {
            return callback(null, 'ALREADYEXISTS');
        }
        for (const name of names) {
            const mailbox = account.mailboxes.get(name);
            account.mailboxes.delete(name);
            mailbox.path = newPath + name.slice(path.length);
            account.mailboxes.set(mailbox.path, mailbox);
        }
        callback(null, true);
    };

    server.onDelete = (path, session, callback) => {
        const { mailboxes } = accountOf(session);
        callback(null, mailboxes.delete(path) || 'NONEXISTENT');
    };

    server.onOpen = (path, session, callback) => {
        const mailbox = accountOf(session).mailboxes.get(path);
        if (!mailbox) {
            return callback(null, 'NONEXISTENT');
        }
        callback(null, {
            _id: mailbox._id,
            uidValidity: mailbox.uidValidity,
            uidNext: mailbox.uidNext,
            modifyIndex: mailbox.modifyIndex,
            uidList: mailbox.messages.map(message => message.uid),
            flags: mailbox.keywords()
        });
    };

    server.onStatus = (path, session, callback) => {
        const mailbox = accountOf(session).mailboxes.get(path);
        if (!mailbox) {
            return callback(null, 'NONEXISTENT');
        }
        callback(null, {
            messages: mailbox.messages.length,
            uidNext: mailbox.uidNext,
            uidValidity: mailbox.uidValidity,
            highestModseq: mailbox.modifyIndex,
            unseen: mailbox.messages.filter(message => !message.flags.includes('\\Seen')).length
        });
    };

    server.onAppend = (path, flags, date, raw, session, callback) => {
        const mailbox = accountOf(session).mailboxes.get(path);
        if (!mailbox) {
            return callback(null, 'TRYCREATE');
        }
        const { uid } = mailbox.add(raw, flags, date ? new Date(date) : new Date());
        notifier.fire(session);
        callback(null, true, { uidValidity: mailbox.uidValidity, uid });
    };

    server.onStore = (id, update, session, callback) => {
        const mailbox = accountOf(session).byId(id);
        if (!mailbox) {
            return callback(null, 'NONEXISTENT');
        }
        const modified = [];
        for (const message of mailbox.messages.filter(({ uid }) => update.messages.includes(uid))) {
            if (update.unchangedSince && changedAt(message, update) > update.unchangedSince) {
                modified.push(message.uid);
                tellFlags(message, { ...update, silent: false }, session);
            } else {
                storeFlags(mailbox, message, update, session);
            }
        }
        notifier.fire(session);
        callback(null, true, modified);
    };

    server.onExpunge = (id, update, session, callback) => {
        const mailbox = accountOf(session).byId(id);
        if (!mailbox) {
            return callback(null, 'NONEXISTENT');
        }
        remove(mailbox, session, update.silent, ({ uid, flags }) =>
            flags.includes('\\Deleted') && (!update.isUid || update.messages.includes(uid)));
        callback(null, true);
    };

    server.onCopy = (connection, id, update, session, callback) =>
        copy(id, update, session, callback);

    server.onMove = (id, update, session, callback) =>
        copy(id, update, session, (error, success, info) => {
            if (success === true) {
                const mailbox = accountOf(session).byId(id);
                remove(mailbox, session, false, ({ uid }) => info.sourceUid.includes(uid));
            }
            callback(error, success, info);
        });

    server.onFetch = (id, options, session, callback) => {
        const mailbox = accountOf(session).byId(id);
        if (!mailbox) {
            return callback(null, 'NONEXISTENT');
        }
        const wanted = mailbox.messages.filter(({ uid, modseq }) =>
            options.messages.includes(uid) &&
            !(options.changedSince && modseq <= options.changedSince));
        if (options.markAsSeen) {
            wanted.forEach(message => markSeen(mailbox, message, session));
        }
        const next = () => {
            const message = wanted.shift();
            if (!message) {
                notifier.fire(session);
                return callback(null, true);
            }
            session.writeStream.write(imapHandler.compileStream(
                session.formatResponse('FETCH', message.uid, {
                    query: options.query,
                    values: session.getQueryResponse(options.query, message,
                        { acceptUTF8Enabled: session.isUTF8Enabled() })
                })), next);
        };
        next();
    };

    server.onSearch = (id, options, session, callback) => {
        const mailbox = accountOf(session).byId(id);
        if (!mailbox) {
            return callback(null, { uidList: 'NONEXISTENT' });
        }
        const left = mailbox.messages.filter(({ uid }) => session.selected.uidList.includes(uid));
        const found = { uidList: [], highestModseq: 0 };
        const next = () => {
            const message = left.shift();
            if (!message) {
                return callback(null, found);
            }
            session.matchSearchQuery(message, options.query, (error, isMatch) => {
                if (error) {
                    return callback(error);
                }
                if (isMatch) {
                    found.uidList.push(message.uid);
                    found.highestModseq = Math.max(found.highestModseq, message.modseq);
                }
                setImmediate(next);
            });
        };
        next();
    };
}

// ---- what is done to messages ------------------------------------------------------------------

const isSameFlag = flag => other => flag.toLowerCase() === other.toLowerCase();
const without = (flags, others) => flags.filter(flag => !others.some(isSameFlag(flag)));

// The modseq of what a STORE is about to change.
function changedAt(message, update) {
    if (update.action === 'set') {
        return message.modseq;
    }
    return Math.max(message.addedModseq,
        ...update.value.map(flag => message.flagChanges.get(flag.toLowerCase()) || 0));
}

function changeFlags(mailbox, message, flags, session) {
    const changed = [...without(flags, message.flags), ...without(message.flags, flags)];
    if (changed.length) {
        message.flags = flags;
        message.modseq = mailbox.record(
            { command: 'FETCH', ignore: session.id, uid: message.uid, flags });
        changed.forEach(flag => message.flagChanges.set(flag.toLowerCase(), message.modseq));
    }
    return changed.length > 0;
}

function markSeen(mailbox, message, session) {
    changeFlags(mailbox, message, [...new Set([...message.flags, '\\Seen'])], session);
}

function storeFlags(mailbox, message, update, session) {
    const flags = {
        set: () => [...update.value],
        add: () => [...message.flags, ...without(update.value, message.flags)],
        remove: () => without(message.flags, update.value)
    }[update.action]();
    const isChanged = changeFlags(mailbox, message, flags, session);
    if (!update.silent || (isChanged && session.selected.condstoreEnabled)) {
        tellFlags(message, update, session);
    }
}

function tellFlags(message, update, session) {
    session.writeStream.write(session.formatResponse('FETCH', message.uid, {
        uid: update.isUid ? message.uid : false,
        flags: update.silent ? false : message.flags,
        modseq: session.selected.condstoreEnabled ? message.modseq : false
    }));
}

function remove(mailbox, session, isSilent, isMeant) {
    for (const { uid } of mailbox.messages.filter(isMeant)) {
        mailbox.record({ command: 'EXPUNGE', ignore: session.id, uid });
        if (!isSilent) {
            session.writeStream.write(session.formatResponse('EXPUNGE', uid));
        }
    }
    mailbox.messages = mailbox.messages.filter(message => !isMeant(message));
    notifier.fire(session);
}

function copy(id, update, session, callback) {
    const account = accountOf(session);
    const target = account.mailboxes.get(update.destination);
    if (!target) {
        return callback(null, 'TRYCREATE');
    }
    const mailbox = account.byId(id);
    if (!mailbox) {
        return callback(null, 'NONEXISTENT');
    }
    const source = mailbox.messages.filter(({ uid }) => update.messages.includes(uid));
    const made = source.map(({ raw, flags, idate }) => target.add(raw, [...flags], idate));
    notifier.fire(session);
    callback(null, true, {
        uidValidity: target.uidValidity,
        sourceUid: source.map(({ uid }) => uid),
        destinationUid: made.map(({ uid }) => uid)
    });
}

// ------------------------------------------------------------------------------------------------

function listen(port, secure) {
    const quiet = () => false;
    const server = new IMAPServer({
        secure,
        key: fs.readFileSync('key.pem'),
        cert: fs.readFileSync('certificate.pem'),
        SNICallback: (name, callback) => callback(null), // the same certificate for any name
        noDelay: true,
        logger: { info: quiet, debug: quiet, error: quiet }
    });
    addHandlers(server);
    server.listen(Number(port), '127.0.0.1');
}

// There are arguments that imap-core looks into before it knows that they are there: the TypeError
// would end the server, for all that are connected. Who sent them gets no answer.
process.on('uncaughtException', error => console.error(error));
listen(imapPort, false);
listen(imapsPort, true);
