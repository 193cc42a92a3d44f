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
package dev.wings.cli.resource;

import dev.wings.cli.connect.Port;
import dev.wings.cli.output.Human;
import dev.wings.cli.output.Table;
import dev.wings.cli.push.FileNames;
import dev.wings.cli.push.RowCheck;
import dev.wings.cli.push.RowFile;
import dev.wings.cli.push.TextArguments;
import dev.wings.cli.schema.LayoutArguments;
import dev.wings.cli.sql.Answer;
import dev.wings.cli.sql.TopicErrorsCommand;
import dev.wings.client.SqlSession;
import dev.wings.common.error.WingsException;
import dev.wings.common.proto.CreateTopicRequest;
import dev.wings.common.proto.DeleteTopicRequest;
import dev.wings.common.proto.GetTopicRequest;
import dev.wings.common.proto.IntakeSpec;
import dev.wings.common.proto.LakeSpec;
import dev.wings.common.proto.ListTopicSchemasRequest;
import dev.wings.common.proto.ListTopicsRequest;
import dev.wings.common.proto.ListTopicsResponse;
import dev.wings.common.proto.Primitive;
import dev.wings.common.proto.Schema;
import dev.wings.common.proto.SchemaVersion;
import dev.wings.common.proto.Topic;
import dev.wings.common.resource.NamespaceName;
import dev.wings.common.resource.TopicName;
import dev.wings.common.schema.IntakeRules;
import dev.wings.common.schema.LakeText;
import dev.wings.common.schema.OnError;
import dev.wings.common.schema.SchemaDiff;
import dev.wings.common.schema.SchemaPolicy;
import dev.wings.common.schema.SchemaProtos;
import dev.wings.common.schema.SchemaText;
import dev.wings.common.schema.SqlTypes;
import dev.wings.common.schema.TopicField;
import dev.wings.common.text.OnLoss;
import dev.wings.common.topic.DeadLetters;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "topic",
        description = {
            "Create, show, change, list and delete topics, the tables that rows are pushed to.",
            "A topic is named by its id, as namespace.topic, or in full as tenants/t/namespaces/n/topics/x."
        },
        subcommands = {
            TopicCommand.Create.class,
            TopicCommand.Describe.class,
            TopicCommand.Alter.class,
            TopicErrorsCommand.class,
            TopicCommand.ListAll.class,
            TopicCommand.Delete.class
        })
public final class TopicCommand {

    @Command(
            name = "create",
            description = "Create a topic.",
            footer = {
                "",
                "Types: boolean int long float double decimal(p,s) date time timestamp timestamptz",
                "       string binary fixed(n) uuid struct<name: type, ...> list<type> map<type, type>,",
                "       and the names that SQL has for them.",
                "",
                "Examples:",
                "  wings topic create flights --from examples/flights.parquet --lake-sort-by origin",
                "  wings topic create sales.orders --schema 'id long not null, price decimal(10,2)'",
                "  wings topic create clicks --schema 'account string, time timestamptz' \\",
                "      --lake-partition-by 'day(time)' --lake-sort-by 'account, time desc' --freshness 10s"
            })
    static final class Create implements Callable<Integer> {
        @Mixin
        private final ResourceOptions options = new ResourceOptions();

        @Parameters(paramLabel = "TOPIC", description = "Its name: id, namespace.id, or in full.")
        private String topic = "";

        @ArgGroup(multiplicity = "1")
        private @Nullable Source source;

        @Mixin
        private final TextArguments arguments = new TextArguments();

        @Mixin
        private final LayoutArguments layout = new LayoutArguments();

        static final class Source {
            @Option(
                    names = "--from",
                    paramLabel = "FILE",
                    description = {
                        "Take the columns of a Parquet, Arrow, CSV or NDJSON file; none becomes required.",
                        "All its rows are read: what is taken here is taken by 'wings push', too."
                    })
            private Optional<String> file = Optional.empty();

            @Option(names = "--schema", paramLabel = "SCHEMA", description = "'name type [not null] [default X], ...'")
            private Optional<String> text = Optional.empty();

            Schema schema(TextArguments arguments, Consumer<String> notes) {
                if (text.isPresent()) {
                    return SchemaText.parseSchema(text.get());
                }
                List<String> files = FileNames.expand(List.of(file.orElseThrow()));
                if (files.size() > 1) {
                    notes.accept("the columns are those of " + files.getFirst() + ", the first of " + files.size()
                            + " files");
                }
                try (RowFile rows = RowFile.open(files.getFirst(), Optional.empty(), true, arguments)) {
                    Schema schema = RowCheck.schema(rows, OnLoss.REJECT);
                    rows.takeNotes().forEach(notes);
                    return schema;
                }
            }
        }

        @Override
        public Integer call() {
            TopicName name = options.connection().topic(topic);
            CreateTopicRequest.Builder request = CreateTopicRequest.newBuilder()
                    .setParent(name.parent().toString())
                    .setTopicId(name.topic())
                    .setTopic(Topic.newBuilder()
                            .setSchema(Objects.requireNonNull(source).schema(arguments, options::printNote)));
            layout.addTo(request);
            return options.run(client -> {
                Topic created = client.call(stub -> stub.createTopic(request.build()));
                options.printDone(
                        "created " + created.getName() + "\n" + columns(created), ResourceView.topic(created));
            });
        }
    }

    @Command(
            name = "describe",
            aliases = "get",
            description = {
                "Show a topic: its columns, how many rows it has, in which partitions and offsets, how large they are, "
                        + "and when the newest came. What it holds is asked of the SQL server."
            },
            footer = {"", "Example:", "  wings topic describe flights"})
    static final class Describe implements Callable<Integer> {

        /// How many versions of the schema are shown; all that there are stand in the JSON.
        private static final int SHOWN_VERSIONS = 10;

        @Mixin
        private final ResourceOptions options = new ResourceOptions();

        @Parameters(paramLabel = "TOPIC", description = "Its name: id, namespace.id, or in full.")
        private String topic = "";

        @Override
        public Integer call() {
            TopicName name = options.connection().topic(topic);
            GetTopicRequest request =
                    GetTopicRequest.newBuilder().setName(name.toString()).build();
            return options.run(client -> {
                Topic found = client.call(stub -> stub.getTopic(request));
                String head = found.getName() + ", created " + ResourceView.time(found.getCreateTime()) + "\n";
                Map<String, Object> view = ResourceView.topic(found);
                List<SchemaVersion> versions = found.getSchema().getVersion() == 0
                        ? List.of()
                        : client.call(stub -> stub.listTopicSchemas(ListTopicSchemasRequest.newBuilder()
                                        .setParent(name.toString())
                                        .build()))
                                .getVersionsList();
                view.put("schema_versions", history(versions));
                String status = status(name, view);
                options.printDone(
                        head + columns(found) + lake(found.getLake()) + policy(found) + time(found) + "\n"
                                + historyText(versions) + status,
                        view);
            });
        }

        /// The changes that made each version, the newest first.
        private static List<Object> history(List<SchemaVersion> versions) {
            List<Object> history = new ArrayList<>();
            for (int i = 0; i < versions.size(); i++) {
                Map<String, Object> version = new LinkedHashMap<>();
                version.put("version", versions.get(i).getSchema().getVersion());
                version.put("create_time", ResourceView.time(versions.get(i).getCreateTime()));
                version.put("changes", changes(versions, i));
                history.add(version);
            }
            return history;
        }

        private static List<String> changes(List<SchemaVersion> versions, int index) {
            return index + 1 == versions.size()
                    ? List.of()
                    : SchemaDiff.describe(
                            SchemaProtos.fromProto(versions.get(index + 1).getSchema()),
                            SchemaProtos.fromProto(versions.get(index).getSchema()));
        }

        private static String historyText(List<SchemaVersion> versions) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < Math.min(versions.size(), SHOWN_VERSIONS); i++) {
                SchemaVersion version = versions.get(i);
                List<String> changes = changes(versions, i);
                String what = changes.isEmpty()
                        ? (version.getSchema().getVersion() == 0 ? "created" : "moved columns")
                        : String.join(", ", changes);
                text.append("schema ")
                        .append(version.getSchema().getVersion())
                        .append(" since ")
                        .append(ResourceView.time(version.getCreateTime()))
                        .append(": ")
                        .append(what)
                        .append('\n');
            }
            return text.toString();
        }

        /// What the topic holds, which is also added to `view`; what is known without the SQL server is shown
        /// in any case.
        private String status(TopicName name, Map<String, Object> view) {
            try {
                TopicStatus status = TopicStatus.load(options.connection(), name);
                view.put("status", status.view());
                return status.text(name).stripTrailing();
            } catch (WingsException e) {
                return "what it holds is not known: " + e.getMessage();
            }
        }
    }

    @Command(
            name = "alter",
            description = {
                "Change a topic's columns and options, all or nothing, while producers and queries go on.",
                "Each change is written as in ALTER TABLE: rows that are there stay readable, and what would make them"
                        + " unreadable is refused. The SQL server is asked to make it."
            },
            footer = {
                "",
                "Changes:",
                "  add [column] NAME TYPE [not null] [default VALUE] [comment 'TEXT'] [first | after COLUMN]",
                "  drop [column] NAME                  rename [column] NAME to NEW_NAME",
                "  alter [column] NAME type WIDER_TYPE | drop not null | comment 'TEXT' | first | after COLUMN",
                "                      | set default VALUE | drop default",
                "  set (freshness = '10s', target_segment_bytes = '128MiB', schema_policy = 'additive',",
                "       on_error = 'dead_letter', timestamp_column = 'at', max_late = '7d', max_future = '5m')",
                "  NAME is a column, or a field in it: place.city, tags.element.x",
                "",
                "Examples:",
                "  wings topic alter flights 'add gate string' 'rename delay to delay_minutes'",
                "  wings topic alter sales.orders \"alter price type decimal(20,2)\" \"set (freshness = '5s')\""
            })
    static final class Alter implements Callable<Integer> {
        @Mixin
        private final ResourceOptions options = new ResourceOptions();

        @Parameters(index = "0", paramLabel = "TOPIC", description = "Its name: id, namespace.id, or in full.")
        private String topic = "";

        @Parameters(index = "1..*", arity = "1..*", paramLabel = "CHANGE", description = "What is changed.")
        private List<String> changes = List.of();

        @Override
        public Integer call() {
            TopicName name = options.connection().topic(topic);
            String sql = "ALTER TABLE " + SqlTypes.identifier(name.namespace()) + "."
                    + SqlTypes.identifier(name.topic()) + " " + String.join(", ", changes);
            return options.run(client -> {
                try (SqlSession session = SqlSession.open(options.connection().endpoint(Port.SERVER))) {
                    Answer ignored = Answer.of(session, sql);
                }
                Topic altered = client.call(stub -> stub.getTopic(
                        GetTopicRequest.newBuilder().setName(name.toString()).build()));
                options.printDone(
                        "altered " + altered.getName() + "\n" + columns(altered), ResourceView.topic(altered));
            });
        }
    }

    @Command(name = "list", description = "List the topics of the tenant.")
    static final class ListAll implements Callable<Integer> {
        @Mixin
        private final ResourceOptions options = new ResourceOptions();

        @Parameters(paramLabel = "NAMESPACE", arity = "0..1", description = "Only those of this namespace.")
        private Optional<String> namespace = Optional.empty();

        @Override
        public Integer call() {
            String tenant = options.connection().tenant().tenant();
            String parent = namespace
                    .map(id -> new NamespaceName(tenant, id).toString())
                    .orElse("tenants/" + tenant + "/namespaces/-");
            return options.run(client -> {
                List<Topic> topics = Pages.all(token -> {
                    ListTopicsResponse page = client.call(stub -> stub.listTopics(ListTopicsRequest.newBuilder()
                            .setParent(parent)
                            .setPageToken(token)
                            .build()));
                    return new Pages.Page<>(page.getTopicsList(), page.getNextPageToken());
                });
                Table table = new Table("NAMESPACE", "TOPIC", "COLUMNS", "PARTITIONED BY", "CREATED");
                for (Topic topic : topics) {
                    TopicName name = TopicName.parse(topic.getName());
                    table.row(
                            name.namespace(),
                            name.topic(),
                            String.valueOf(topic.getSchema().getFieldsCount()),
                            ResourceView.partitionKey(topic),
                            ResourceView.time(topic.getCreateTime()));
                }
                options.printList(topics.stream().map(ResourceView::topic).toList(), table.toString());
            });
        }
    }

    @Command(name = "delete", description = "Delete topics and all their rows.")
    static final class Delete implements Callable<Integer> {
        @Mixin
        private final ResourceOptions options = new ResourceOptions();

        @Parameters(paramLabel = "TOPIC", arity = "1..*", description = "Their names: id, namespace.id, or in full.")
        private List<String> topics = List.of();

        @Override
        public Integer call() {
            List<TopicName> names =
                    topics.stream().map(options.connection()::topic).toList();
            return options.run(client -> {
                for (TopicName name : names) {
                    client.call(stub -> stub.deleteTopic(DeleteTopicRequest.newBuilder()
                            .setName(name.toString())
                            .build()));
                    options.printDeleted(name.toString());
                }
            });
        }
    }

    private static String lake(LakeSpec lake) {
        return "table partitioned by " + LakeText.formatPartitioning(lake.getPartitioning()) + ", sorted by "
                + LakeText.formatSortOrder(lake.getSortOrderList()) + ", fresh within "
                + LakeText.formatFreshness(lake.getFreshness()) + ", files of "
                + Human.bytes((double) lake.getTargetSegmentBytes())
                + (isAsItIs(lake.getTimeAs()) ? "" : ", times as " + LakeText.formatTimeAs(lake.getTimeAs()));
    }

    private static boolean isAsItIs(Primitive timeAs) {
        return timeAs == Primitive.PRIMITIVE_UNSPECIFIED || timeAs == Primitive.TIME;
    }

    private static String policy(Topic topic) {
        return (SchemaPolicy.fromProto(topic.getSchemaPolicy()) == SchemaPolicy.ADDITIVE
                        ? ", gets the columns that producers send"
                        : "")
                + (IntakeRules.fromProto(topic.getIntake()).onError() == OnError.DEAD_LETTER
                        ? ", rows that do not fit go to "
                                + DeadLetters.of(TopicName.parse(topic.getName()))
                                        .topic()
                        : "");
    }

    private static String time(Topic topic) {
        IntakeSpec intake = topic.getIntake();
        if (intake.getTimestampField().isEmpty()) {
            return "";
        }
        return ", rows happen at " + intake.getTimestampField()
                + (intake.hasMaxLate()
                        ? ", at most " + LakeText.formatFreshness(intake.getMaxLate()) + " before they come in"
                        : "")
                + (intake.hasMaxFuture()
                        ? ", at most " + LakeText.formatFreshness(intake.getMaxFuture()) + " after it"
                        : "");
    }

    private static String columns(Topic topic) {
        Table table = new Table("COLUMN", "TYPE", "");
        for (TopicField field : SchemaProtos.fromProto(topic.getSchema()).fields()) {
            String notes = field.required() ? "not null" : "";
            notes += field.defaults()
                    .later()
                    .map(value -> (field.required() ? ", " : "") + "default " + value.sql())
                    .orElse("");
            if (field.id() == topic.getPartitionFieldId()) {
                notes += (notes.isEmpty() ? "" : ", ") + "partition key";
            }
            table.row(field.name(), field.type().toString(), notes);
        }
        return table.toString();
    }
}
