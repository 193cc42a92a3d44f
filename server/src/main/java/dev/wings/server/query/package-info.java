/// Running SQL: what may run ([Gate]), what must be read for it ([Planner]), and running it in bounded engines
/// ([Queries], where to start reading).
@NullMarked
package dev.wings.server.query;

import org.jspecify.annotations.NullMarked;
