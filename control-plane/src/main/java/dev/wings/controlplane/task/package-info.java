/*
 * Copyright 2026 the Wings authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *     https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */
/// Background work of the lake: which tasks there are, who does them, and how their results become visible.
///
/// Start reading at [dev.wings.controlplane.task.Tasks] for what workers ask, at
/// [dev.wings.controlplane.task.TaskScheduling] for how tasks come about, and at
/// [dev.wings.controlplane.task.TableCommitRule] for what a commit to a table may do. State is behind
/// [dev.wings.controlplane.task.TaskStore].
@NullMarked
package dev.wings.controlplane.task;

import org.jspecify.annotations.NullMarked;
