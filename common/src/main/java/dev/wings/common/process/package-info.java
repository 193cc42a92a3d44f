/// How a service starts and stops as a process. Start reading at [dev.wings.common.process.ServiceProcess].
@NullMarked
package dev.wings.common.process;

import org.jspecify.annotations.NullMarked;
