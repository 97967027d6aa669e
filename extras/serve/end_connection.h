// Ends connections by their descriptors, while the HTTP library still reads from them.
#pragma once

#include "base/error.h"
#include "serve/connection_table.h"

namespace digits {

// The error of a request that has not arrived completely.
const Error& timeout_error();

// Answers an incomplete request, and lets the connection's reader see its end.
void end_connection(int fd, Phase phase);

// The same, but leaves a request that has arrived to be answered.
void end_if_silent(int fd, Phase phase);

// Whether bytes have arrived that nobody has read.
bool has_unread(int fd);

// Whether the client has closed its side, and no bytes are left to read.
bool client_closed(int fd);

}  // namespace digits
