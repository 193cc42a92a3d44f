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

import com.google.protobuf.FieldMask;
import dev.wings.common.error.ErrorKind;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.CreateTopicRequest;
import dev.wings.common.proto.Topic;
import dev.wings.common.proto.Type;
import dev.wings.common.proto.UpdateTopicRequest;
import dev.wings.common.resource.NamespaceName;
import dev.wings.common.resource.TopicName;
import dev.wings.common.schema.SchemaProtos;
import dev.wings.common.schema.SchemaText;
import dev.wings.common.schema.TopicField;
import dev.wings.common.schema.TopicSchema;
import dev.wings.server.catalog.Definitions;
import dev.wings.server.catalog.Views;
import dev.wings.server.sql.ValuesText;
import dev.wings.server.table.TableRef;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.flight.sql.FlightSqlColumnMetadata;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/// Does what a [WriteStatement] says, for one tenant.
public final class Writes {

    private final Definitions definitions;
    private final ViewWrites views;
    private final Inserts inserts;

    public Writes(Definitions definitions, Views views, Inserts inserts) {
        this.definitions = definitions;
        this.views = new ViewWrites(views);
        this.inserts = inserts;
    }

    /// Says what a statement has done.
    ///
    /// @param rows how many rows there are more than before
    /// @param text for people: `created table sales.orders`
    /// @param answer what clients that ask with a query are told
    public record Outcome(long rows, String text, Answer answer) {

        static Outcome of(String status) {
            return new Outcome(0, status, Answer.STATUS);
        }
    }

    /// Says what clients that ask with a query are told of a statement, in one row of one column.
    public enum Answer {
        /// The client is told the number of rows.
        COUNT,
        /// The client is told what was done.
        STATUS,
        /// The client is given the text of a statement.
        STATEMENT;

        /// Returns what the client of a statement is told, which does not depend on how the statement ends.
        public static Answer of(WriteStatement statement) {
            return switch (statement) {
                case WriteStatement.Insert ignored -> COUNT;
                case WriteStatement.CreateTable create -> create.query().isPresent() ? COUNT : STATUS;
                case WriteStatement.ShowCreateTable ignored -> STATEMENT;
                default -> STATUS;
            };
        }
    }

    /// Runs a statement. When this returns, inserted rows are durable and visible, and what was made exists.
    ///
    /// @param queries runs the statement's own query, if it has one
    public Outcome run(WriteStatement statement, String tenant, OwnQueries queries) {
        return switch (statement) {
            case WriteStatement.CreateSchema create ->
                Outcome.of((definitions.createNamespace(
                                        namespace(tenant, create.schema()), create.objectStore(), create.ifNotExists())
                                ? "created schema "
                                : "there is already a schema ")
                        + create.schema());
            case WriteStatement.DropSchema drop ->
                Outcome.of((definitions.deleteNamespace(namespace(tenant, drop.schema()), drop.ifExists())
                                ? "dropped schema "
                                : "there is no schema ")
                        + drop.schema());
            case WriteStatement.CreateTable create -> createTable(create, tenant, queries);
            case WriteStatement.DropTable drop -> dropTable(drop, tenant);
            case WriteStatement.AlterTable alter -> alterTable(alter, tenant);
            case WriteStatement.CreateView create -> views.create(create, tenant, queries);
            case WriteStatement.DropView drop -> views.drop(drop, tenant, definitions::exists);
            case WriteStatement.ShowCreateTable show ->
                new Outcome(0, createStatement(topic(tenant, show.table()), show.table()), Answer.STATEMENT);
            case WriteStatement.Insert insert -> {
                try {
                    yield inserted(
                            inserts.run(topic(tenant, insert.table()), insert.columns(), insert.query(), queries));
                } catch (WingsException e) {
                    throw notIntoView(e, tenant, insert);
                }
            }
        };
    }

    private WingsException notIntoView(WingsException failure, String tenant, WriteStatement.Insert insert) {
        return views.explained(failure, tenant, insert.table(), "rows are inserted into the tables that it reads");
    }

    private Outcome dropTable(WriteStatement.DropTable drop, String tenant) {
        try {
            definitions.deleteTopic(topic(tenant, drop.table()), false);
            return Outcome.of("dropped table " + named(drop.table()));
        } catch (WingsException e) {
            WingsException explained = views.explained(e, tenant, drop.table(), "DROP VIEW drops it");
            if (explained == e && e.kind() == ErrorKind.NOT_FOUND && drop.ifExists()) {
                return Outcome.of("there is no table " + named(drop.table()));
            }
            throw explained;
        }
    }

    private String createStatement(TopicName name, TableRef table) {
        try {
            return CreateTableText.of(definitions.topic(name));
        } catch (WingsException e) {
            if (e.kind() != ErrorKind.NOT_FOUND) {
                throw e;
            }
            return views.statement(name.tenant(), table).orElseThrow(() -> e);
        }
    }

    /// Runs an INSERT for each row of parameters, if it inserts nothing but parameters. Returns nothing for
    /// others.
    public Optional<Outcome> run(WriteStatement statement, String tenant, ArrowReader rows) throws IOException {
        if (!(statement instanceof WriteStatement.Insert insert)
                || !rows.getDictionaryVectors().isEmpty()) {
            return Optional.empty();
        }
        Optional<List<Integer>> order =
                ValuesText.parametersOnly(insert.query()).filter(parameters -> parameters.size() == columns(rows));
        if (order.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    inserted(inserts.run(topic(tenant, insert.table()), insert.columns(), order.get(), rows)));
        } catch (WingsException e) {
            throw notIntoView(e, tenant, insert);
        }
    }

    private static int columns(ArrowReader rows) {
        try {
            return rows.getVectorSchemaRoot().getFieldVectors().size();
        } catch (IOException e) {
            throw new WingsException(ErrorKind.INVALID, "the parameters cannot be read: cause=" + e.getMessage(), e);
        }
    }

    /// Returns the parameters that a statement has.
    public List<Field> parameters(WriteStatement statement, String tenant, OwnQueries queries) {
        return switch (statement) {
            case WriteStatement.Insert insert -> {
                try {
                    yield inserts.parameters(topic(tenant, insert.table()), insert.columns(), insert.query(), queries);
                } catch (WingsException e) {
                    throw notIntoView(e, tenant, insert);
                }
            }
            case WriteStatement.CreateTable create ->
                create.query().map(queries::parameters).orElse(List.of());
            default -> List.of();
        };
    }

    private static Outcome inserted(long rows) {
        return new Outcome(rows, "inserted " + rows + " rows", Answer.COUNT);
    }

    private static String named(TableRef table) {
        return table.schema() + "." + table.table();
    }

    private Outcome createTable(WriteStatement.CreateTable create, String tenant, OwnQueries queries) {
        TopicName name = topic(tenant, create.table());
        boolean made = definitions.createTopic(request(name, create, queries), create.ifNotExists());
        if (!made) {
            return Outcome.of("there is already a table " + named(create.table()));
        }
        if (create.query().isEmpty()) {
            return Outcome.of("created table " + named(create.table()));
        }
        try {
            return inserted(inserts.run(name, List.of(), create.query().get(), queries));
        } catch (RuntimeException | Error e) {
            // the statement makes all or nothing, and nobody else can have known the table for long
            try {
                definitions.deleteTopic(name, true);
            } catch (RuntimeException kept) {
                e.addSuppressed(kept);
            }
            throw e;
        }
    }

    private Outcome alterTable(WriteStatement.AlterTable alter, String tenant) {
        TopicName name = topic(tenant, alter.table());
        try {
            boolean changed = definitions.changeTopic(name, topic -> request(topic, alter));
            return Outcome.of((changed ? "altered table " : "nothing to alter in table ") + named(alter.table()));
        } catch (WingsException e) {
            WingsException explained =
                    views.explained(e, tenant, alter.table(), "CREATE OR REPLACE VIEW makes another one of it");
            if (explained == e && alter.ifExists() && e.kind() == ErrorKind.NOT_FOUND) {
                return Outcome.of("there is no table " + named(alter.table()));
            }
            throw explained;
        }
    }

    /// Returns the changes that a statement asks for, given the topic as it is.
    private static UpdateTopicRequest request(Topic topic, WriteStatement.AlterTable alter) {
        TopicSchema schema = SchemaProtos.fromProto(topic.getSchema());
        UpdateTopicRequest.Builder request = UpdateTopicRequest.newBuilder()
                .setTopic(Topic.newBuilder()
                        .setName(topic.getName())
                        .setEtag(topic.getEtag())
                        .setLake(alter.lake())
                        .setSchemaPolicy(alter.policy().toProto())
                        .setIntake(alter.intake()))
                .setUpdateMask(FieldMask.newBuilder().addAllPaths(alter.mask()));
        for (WriteStatement.Alteration alteration : alter.alterations()) {
            if (isNeeded(alteration, schema)) {
                request.addSchemaChanges(alteration.change());
            }
        }
        return request.build();
    }

    private static boolean isNeeded(WriteStatement.Alteration alteration, TopicSchema schema) {
        List<String> path = new ArrayList<>(alteration.change().getPathList());
        return switch (alteration.lenience()) {
            case NONE -> true;
            case IF_EXISTS -> schema.find(path).isPresent();
            case IF_NOT_EXISTS -> {
                path.add(alteration.change().getAdd().getField().getName());
                yield schema.find(path).isEmpty();
            }
        };
    }

    private static CreateTopicRequest request(TopicName name, WriteStatement.CreateTable create, OwnQueries queries) {
        CreateTopicRequest.Builder request = CreateTopicRequest.newBuilder()
                .setParent(name.parent().toString())
                .setTopicId(name.topic())
                .setTopic(Topic.newBuilder()
                        .setSchema(create.columns()
                                .orElseGet(() -> columns(create.query().orElseThrow(), queries)))
                        .setLake(create.lake())
                        .setSchemaPolicy(create.policy().toProto())
                        .setIntake(create.intake()));
        create.partitionBy().ifPresent(request::setPartitionBy);
        return request.build();
    }

    /// Returns the columns of a query with their types in SQL. Leaves out the columns that each topic has.
    private static dev.wings.common.proto.Schema columns(String query, OwnQueries queries) {
        Schema columns = queries.columns(query)
                .orElseThrow(() ->
                        WingsException.invalid("a column has no type, since it is a parameter or nothing but null:"
                                + " CAST it, as in CAST(NULL AS BIGINT)"));
        dev.wings.common.proto.Schema.Builder schema = dev.wings.common.proto.Schema.newBuilder();
        for (Field column : columns.getFields()) {
            if (!TopicSchema.isOfEachTopic(column.getName())) {
                schema.addFields(dev.wings.common.proto.Field.newBuilder()
                        .setName(column.getName())
                        .setType(type(column)));
            }
        }
        return schema.build();
    }

    private static Type type(Field column) {
        String type = new FlightSqlColumnMetadata(column.getMetadata()).getTypeName();
        try {
            return SchemaText.parseType(type);
        } catch (WingsException e) {
            throw new WingsException(
                    e.kind(),
                    "a topic has no columns of this type: column=" + TopicField.printable(column.getName()) + ", type="
                            + type + ": CAST it to another one in the query",
                    e);
        }
    }

    private static NamespaceName namespace(String tenant, String schema) {
        TableRef.checkNotSystem(schema);
        return new NamespaceName(tenant, schema);
    }

    private static TopicName topic(String tenant, TableRef table) {
        TableRef.checkNotSystem(table.schema());
        return new TopicName(tenant, table.schema(), table.table());
    }
}
