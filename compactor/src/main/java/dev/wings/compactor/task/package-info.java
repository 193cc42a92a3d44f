/// Taking tasks from the control plane: a loop that leases ([dev.wings.compactor.task.TaskLoop]), the lease of a
/// running task ([dev.wings.compactor.task.TaskLease]), and what a kind of task does
/// ([dev.wings.compactor.task.TaskHandler]).
@NullMarked
package dev.wings.compactor.task;

import org.jspecify.annotations.NullMarked;
