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
package dev.wings.server.write;

import dev.wings.common.arrow.ArrowSchemas;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.CreateTopicRequest;
import dev.wings.common.proto.Topic;
import dev.wings.common.resource.TopicName;
import dev.wings.common.schema.SchemaProtos;
import dev.wings.server.catalog.Definitions;
import dev.wings.server.table.TableRef;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandStatementIngest;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandStatementIngest.TableDefinitionOptions;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandStatementIngest.TableDefinitionOptions.TableNotExistOption;
import org.apache.arrow.vector.types.pojo.Schema;

/// Makes the tables ready that clients fill by `CommandStatementIngest` of Flight SQL, which has no text.
public final class Ingests {

    private final Definitions definitions;

    public Ingests(Definitions definitions) {
        this.definitions = definitions;
    }

    /// A table that is ready for rows.
    ///
    /// @param made whether there was none before
    public record Target(TopicName topic, boolean made) {}

    /// Makes the table ready as the command says: makes it, drops it and makes it anew, or uses the one that
    /// exists.
    ///
    /// @param schema of the table, if the command names none
    /// @param columns of the rows; a new table gets the same
    public Target prepare(CommandStatementIngest command, String tenant, String schema, Schema columns) {
        check(command);
        String namespace = command.hasSchema() && !command.getSchema().isEmpty() ? command.getSchema() : schema;
        TableRef.checkNotSystem(namespace);
        TopicName topic = new TopicName(tenant, namespace, command.getTable());
        TableDefinitionOptions options = command.getTableDefinitionOptions();
        boolean create = options.getIfNotExist() == TableNotExistOption.TABLE_NOT_EXIST_OPTION_CREATE;
        return switch (options.getIfExists()) {
            case TABLE_EXISTS_OPTION_APPEND -> {
                if (definitions.exists(topic)) {
                    yield new Target(topic, false);
                }
                if (!create) {
                    throw new WingsException(
                            ErrorKind.NOT_FOUND,
                            "there is no such table: table=" + topic
                                    + ": CREATE TABLE makes it, and so do the modes create"
                                    + " and create_append of an ingest");
                }
                yield new Target(topic, definitions.createTopic(request(topic, columns), true));
            }
            case TABLE_EXISTS_OPTION_REPLACE -> {
                CreateTopicRequest request = request(topic, columns);
                boolean found = definitions.deleteTopic(topic, true);
                if (!found && !create) {
                    throw new WingsException(ErrorKind.NOT_FOUND, "there is no table to replace: table=" + topic);
                }
                yield new Target(topic, definitions.createTopic(request, false));
            }
            case TABLE_EXISTS_OPTION_FAIL, TABLE_EXISTS_OPTION_UNSPECIFIED, UNRECOGNIZED -> {
                if (!create) {
                    throw WingsException.invalid("an ingest that may neither make a table nor add to one does nothing:"
                            + " choose the mode create, append, replace or create_append");
                }
                try {
                    yield new Target(topic, definitions.createTopic(request(topic, columns), false));
                } catch (WingsException e) {
                    throw e.kind() != ErrorKind.ALREADY_EXISTS
                            ? e
                            : new WingsException(
                                    e.kind(),
                                    e.getMessage() + ": the mode append adds rows to a table that is there, and replace"
                                            + " drops it first",
                                    e);
                }
            }
        };
    }

    /// Drops the table that was made for rows that could not be stored.
    public void undo(Target target) {
        if (target.made()) {
            definitions.deleteTopic(target.topic(), true);
        }
    }

    private static void check(CommandStatementIngest command) {
        if (command.getTemporary()) {
            throw WingsException.invalid("there are no temporary tables: ingest into a table, and DROP TABLE when it is"
                    + " not needed any more");
        }
        if (command.hasCatalog()
                && !command.getCatalog().isEmpty()
                && !command.getCatalog().equals(TableRef.CATALOG)) {
            throw WingsException.invalid(
                    "no such catalog: expected=" + TableRef.CATALOG + ", found=" + command.getCatalog());
        }
        if (command.getOptionsCount() > 0) {
            throw WingsException.invalid("no such option of an ingest: option="
                    + command.getOptionsMap().keySet().iterator().next());
        }
    }

    private static CreateTopicRequest request(TopicName topic, Schema columns) {
        return CreateTopicRequest.newBuilder()
                .setParent(topic.parent().toString())
                .setTopicId(topic.topic())
                .setTopic(Topic.newBuilder().setSchema(SchemaProtos.toProto(ArrowSchemas.infer(columns))))
                .build();
    }
}
