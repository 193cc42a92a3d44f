/// The HTTP door: rows as text in the bodies of requests. Start reading at [dev.wings.ingestor.http.HttpDoor].
@NullMarked
package dev.wings.ingestor.http;

import org.jspecify.annotations.NullMarked;
