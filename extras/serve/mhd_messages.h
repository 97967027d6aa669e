// Converts between libmicrohttpd's connections and messages as values.
#pragma once

#include <microhttpd.h>

#include "serve/exchange.h"
#include "serve/http_message.h"

namespace digits {

// Copies the headers into `request`; returns their description of the body.
BodyFraming read_headers(MHD_Connection* connection, HttpRequest& request);

// Hands the response to the library. `last`: it ends the connection.
MHD_Result queue_response(MHD_Connection* connection, HttpResponse response, bool last);

}  // namespace digits
