/// Reads what clients wrote. [Gate], where to start reading, decides what may run. The rest reads the text and
/// what the engine has parsed of it, and says in the client's own words what is wrong with a statement.
@NullMarked
package dev.wings.server.sql;

import org.jspecify.annotations.NullMarked;
