// hoodiecrow-imap on loopback, with all plugins that add to the protocol.
//
//   server.js IMAP-PORT IMAPS-PORT PASSWORD USER...
//
// All users share one storage. certificate.pem and key.pem are in the working folder.
'use strict';

const fs = require('fs');
const tls = require('tls');
const hoodiecrow = require('hoodiecrow-imap');

const [imapPort, imapsPort, password, ...users] = process.argv.slice(2);

// One server behind both ports, so that all connections are told of what the others do.
const credentials = { key: fs.readFileSync('key.pem'), cert: fs.readFileSync('certificate.pem') };
const storage = { INBOX: { messages: [] }, '': { separator: '/', folders: {} } };
const server = hoodiecrow({
    plugins: ['ENABLE', 'ID', 'STARTTLS', 'AUTH-PLAIN', 'SASL-IR', 'NAMESPACE', 'IDLE',
        'LITERALPLUS', 'UNSELECT', 'CONDSTORE', 'MOVE', 'SPECIAL-USE', 'CREATE-SPECIAL-USE'],
    users: Object.fromEntries(users.map(user => [user, { password }])),
    credentials,
    storage
});
server.connectionHandlers.push(connection => {
    connection.secureConnection = connection.socket instanceof tls.TLSSocket;
    connection.socket.setNoDelay(true);
});

// Of a mailbox that has no name, DELETE only clears the index: the next RENAME would bring it back, and
// no other could be deleted any more. So one dialog would spoil those after it.
server.outputHandlers.push(() => {
    if (Object.keys(server.folderCache).join() === 'INBOX') {
        storage[''].folders = {};
    }
});

// An exception that hoodiecrow doesn't catch would end the server, for all that is connected.
process.on('uncaughtException', error => console.error(error));
server.listen(Number(imapPort), '127.0.0.1');
tls.createServer(credentials, socket => server.createClient(socket))
    .listen(Number(imapsPort), '127.0.0.1');
