/// The `wings` command. Start reading at `Main`; each command is a class of one of the packages below: `dev` and
/// `demo` run the platform, `resource`, `push` and `sql` are clients of a platform that runs.
@NullMarked
package dev.wings.cli;

import org.jspecify.annotations.NullMarked;
