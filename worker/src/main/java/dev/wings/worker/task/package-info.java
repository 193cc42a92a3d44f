/// Taking tasks from the control plane: a loop that leases ([dev.wings.worker.task.TaskLoop]), the lease of a
/// running task ([dev.wings.worker.task.TaskLease]), and what a kind of task does
/// ([dev.wings.worker.task.TaskHandler]).
@NullMarked
package dev.wings.worker.task;

import org.jspecify.annotations.NullMarked;
