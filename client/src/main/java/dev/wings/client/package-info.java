/// The client library: what a program uses to reach a platform. A `Producer` pushes rows into a topic, a
/// `SqlSession` runs queries, a `ControlPlaneClient` makes and lists resources.
///
/// Start reading at `Endpoint`, which says what all of them connect to. A call that fails throws a
/// `WingsException` whose kind tells the caller what to do.
@NullMarked
package dev.wings.client;

import org.jspecify.annotations.NullMarked;
