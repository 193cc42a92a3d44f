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
package dev.wings.ingestor.intake;

import dev.wings.common.arrow.RowFault;
import dev.wings.common.arrow.SentBatch;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.resource.TopicName;
import dev.wings.common.schema.SchemaChange;
import dev.wings.common.schema.SchemaPolicy;
import dev.wings.common.schema.TopicSchema;
import dev.wings.common.time.IdGenerator;
import dev.wings.ingestor.batch.BatchIntake;
import dev.wings.ingestor.budget.MemoryBudget;
import dev.wings.ingestor.folio.FolioPipelines;
import dev.wings.ingestor.folio.Submission;
import dev.wings.ingestor.topic.TopicDirectory;
import dev.wings.ingestor.topic.TopicTarget;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.vector.types.pojo.Schema;

/// The way into the log for batches that came in by whatever door.
///
/// @param ids names requests that have no name of their own
public record Intake(TopicDirectory topics, FolioPipelines pipelines, BatchIntake.Settings settings, IdGenerator ids) {

    /// How many rows of a batch can become dead letters; with more of them, it is hardly the rows that are at
    /// fault, and the batch is rejected.
    public static final int MAX_LETTERS = 1_000;

    /// How many fields a topic gets by itself, nested ones included: half of those that it can have, so that
    /// people can add some to a topic whose producers invent columns.
    static final int MAX_GROWN_FIELDS = TopicSchema.MAX_FIELDS / 2;

    /// How often fields are added while others add, too.
    private static final int MAX_ATTEMPTS = 4;

    /// Starts to take batches for a topic as it is now. Fails with NOT_FOUND if there is none. If the schema
    /// does not fit the topic, each batch is rejected for that.
    ///
    /// @param account the producer's; it joins the topic's namespace, and stays the caller's to close
    public Session openSession(TopicName name, Schema schema, MemoryBudget.Account account) {
        return openSession(refresh(name), schema, account);
    }

    private TopicTarget refresh(TopicName name) {
        try {
            return topics.refresh(name);
        } catch (WingsException e) {
            // a namespace that does not exist is not made by making a topic
            if (e.kind() == ErrorKind.NOT_FOUND && e.getMessage().contains(name.toString())) {
                throw new WingsException(
                        ErrorKind.NOT_FOUND,
                        e.getMessage() + "; wings topic create or CREATE TABLE makes the topic",
                        e);
            }
            throw e;
        }
    }

    /// As [#openSession(TopicName, Schema, MemoryBudget.Account)], for a topic as the caller knows it.
    public Session openSession(TopicTarget topic, Schema schema, MemoryBudget.Account account) {
        BatchIntake batches = BatchIntake.open(settings, schema, topic);
        try {
            grow(batches);
            account.join(batches.topic().namespace().uid());
            return new Session(this, batches, account);
        } catch (Throwable t) {
            batches.close();
            throw t;
        }
    }

    /// Gives a topic the fields that a producer sends and the topic does not have, if its policy says so. If it
    /// cannot have them, it stays as it is, and the batches are refused.
    void grow(BatchIntake batches) {
        TopicTarget topic = batches.topic();
        if (topic.policy() == SchemaPolicy.STRICT || batches.isBound()) {
            return;
        }
        List<SchemaChange> missing = batches.missingFields();
        try {
            for (int attempt = 0; attempt < MAX_ATTEMPTS && !missing.isEmpty(); attempt++) {
                checkGrowth(batches.topic(), missing);
                batches.checkFitsWith(missing);
                batches.follow(topics.add(batches.topic(), missing));
                missing = batches.missingFields();
            }
        } catch (WingsException e) {
            if (Session.ends(e)) {
                throw e;
            }
            batches.reject(e);
        }
    }

    /// Makes dead letters of rows that a topic does not take. The caller closes the batch. Fails with INVALID
    /// or PRECONDITION if there is no topic for them, and none can be made.
    Submission.Letters openLetters(TopicTarget topic, List<RowFault> rows, String door, String requestId) {
        TopicTarget letters = topics.refreshDeadLetters(topic);
        if (!letters.namespace().uid().equals(topic.namespace().uid())) {
            throw WingsException.unavailable("the namespace was made anew, connect again: topic=" + topic.name(), null);
        }
        try (BatchIntake batches = BatchIntake.open(settings, LetterRows.SCHEMA, letters);
                SentBatch sent = LetterRows.open(rows, door, requestId, settings.allocator())) {
            return new Submission.Letters(
                    letters,
                    batches.openBatches(sent.header(), sent.body(), Optional.empty())
                            .getFirst());
        } catch (WingsException e) {
            throw e.kind() == ErrorKind.INVALID
                    ? new WingsException(
                            ErrorKind.PRECONDITION,
                            "rows do not fit, and their topic has other columns than those of dead letters: topic="
                                    + letters.name() + ", cause=" + e.getMessage() + ": the first row: "
                                    + rows.getFirst().reason(),
                            e)
                    : e;
        }
    }

    private static void checkGrowth(TopicTarget topic, List<SchemaChange> missing) {
        int fields = topic.schema().countFields();
        if (fields + missing.size() > MAX_GROWN_FIELDS) {
            throw WingsException.invalid("the topic gets no more fields by itself, ALTER TABLE adds some: topic="
                    + topic.name() + ", fields=" + fields + ", missing=" + missing.size() + ", limit="
                    + MAX_GROWN_FIELDS);
        }
    }
}
