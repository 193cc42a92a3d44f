// Queries with arrow-go's Flight SQL client, as Grafana's data source does, and with its driver of database/sql.
// Arguments: the SQL server's address, how many rows there are.
package main

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"os"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/flight"
	"github.com/apache/arrow-go/v18/arrow/flight/flightsql"
	_ "github.com/apache/arrow-go/v18/arrow/flight/flightsql/driver"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func same(what string, found, expected any) {
	if fmt.Sprint(found) != fmt.Sprint(expected) {
		panic(fmt.Sprintf("%s: found %v, expected %v", what, found, expected))
	}
}

// texts of all rows, a column after the other
func texts(reader *flight.Reader) []string {
	defer reader.Release()
	found := []string{}
	for reader.Next() {
		batch := reader.RecordBatch()
		for row := 0; row < int(batch.NumRows()); row++ {
			values := []string{}
			for _, column := range batch.Columns() {
				values = append(values, column.ValueStr(row))
			}
			found = append(found, strings.Join(values, "|"))
		}
	}
	must(reader.Err())
	return found
}

func query(ctx context.Context, client *flightsql.Client, text string) []string {
	info, err := client.Execute(ctx, text)
	must(err)
	same("endpoints", len(info.Endpoint), 1)
	reader, err := client.DoGet(ctx, info.Endpoint[0].Ticket)
	must(err)
	return texts(reader)
}

func main() {
	address, count := os.Args[1], os.Args[2]
	ctx := context.Background()
	connect(ctx, address, count)
	grafana(address, count)
	database(ctx, address)
	fmt.Println("ok")
}

func connect(ctx context.Context, address, count string) {
	client, err := flightsql.NewClient(address, nil, nil, grpc.WithTransportCredentials(insecure.NewCredentials()))
	must(err)
	defer client.Close()
	info, err := client.Execute(ctx, "select count(*) from flights")
	must(err)
	reader, err := client.DoGet(ctx, info.Endpoint[0].Ticket)
	must(err)
	same("count", texts(reader), []string{count})

	same("values", query(ctx, client, "select id, price, huge, day, at_time, local, moment, name, hex(bytes), guid, tags, attributes"+
		" from flights where id in (2, 5) order by id"), []string{
		"2|0.5|20000000000000000000.0000000001|2026-01-03|02:15:30.000002|2026-01-01T22:30:15.123458|2026-01-01T22:30:15.123458Z|" +
			"name 2 é😀|0002FF|02000000-0000-0000-0000-000000000002|[\"tag 0\",\"tag 1\"]|" +
			"[{\"key\":\"key\",\"value\":\"value 2\"},{\"key\":\"none\",\"value\":null}]",
		"5|(null)|(null)|(null)|(null)|(null)|(null)|(null)|(null)|(null)|(null)|(null)",
	})
	// more than the 4 MiB that a client takes in one message, if it comes in one
	same("large", len(query(ctx, client, "select bytes, bytes, bytes, bytes from flights where id >= 1000")), 3000)

	statement, err := client.Prepare(ctx, "select id from flights where id < ? and name = ? and (? is null or id > 1) order by id")
	must(err)
	builder := array.NewRecordBuilder(memory.DefaultAllocator, arrow.NewSchema([]arrow.Field{
		{Name: "1", Type: arrow.PrimitiveTypes.Int64},
		{Name: "2", Type: arrow.BinaryTypes.String},
		{Name: "3", Type: arrow.Null, Nullable: true},
	}, nil))
	builder.Field(0).(*array.Int64Builder).Append(100)
	builder.Field(1).(*array.StringBuilder).Append("name 1 é😀")
	builder.Field(2).AppendNull()
	statement.SetParameters(builder.NewRecordBatch())
	info, err = statement.Execute(ctx)
	must(err)
	reader, err = client.DoGet(ctx, info.Endpoint[0].Ticket)
	must(err)
	same("parameters", texts(reader), []string{"1", "4", "7", "10"})
	must(statement.Close(ctx))

	_, err = client.Execute(ctx, "selec 1")
	if err == nil || !strings.Contains(err.Error(), "line=1, column=1") {
		panic(fmt.Sprint("not refused: ", err))
	}
}

// The calls of github.com/influxdata/grafana-flightsql-datasource 1.1.1, in their order.
func grafana(address, count string) {
	client, err := flightsql.NewClient(address, nil, nil, grpc.WithTransportCredentials(insecure.NewCredentials()))
	must(err)
	defer client.Close()
	authenticated, err := client.Client.AuthenticateBasicToken(context.Background(), "anybody", "anything")
	must(err)
	headers, _ := metadata.FromOutgoingContext(authenticated)
	if token := headers.Get("authorization"); len(token) != 1 || !strings.HasPrefix(token[0], "Bearer ") {
		panic(fmt.Sprint("no token: ", headers))
	}
	ctx := metadata.NewOutgoingContext(context.Background(), headers)

	same("health", query(ctx, client, "select 1"), []string{"1"})
	info, err := client.GetSqlInfo(ctx, []flightsql.SqlInfo{})
	must(err)
	reader, err := client.DoGet(ctx, info.Endpoint[0].Ticket)
	must(err)
	if found := texts(reader); len(found) < 10 || !strings.Contains(found[0], "Wings") {
		panic(fmt.Sprint("information: ", found))
	}
	schemas, err := client.GetDBSchemas(ctx, &flightsql.GetDBSchemasOpts{})
	must(err)
	reader, err = client.DoGet(ctx, schemas.Endpoint[0].Ticket)
	must(err)
	same("schemas", texts(reader), []string{"wings|default", "wings|system"})
	info, err = client.GetTables(ctx, &flightsql.GetTablesOpts{TableTypes: []string{"BASE TABLE", "table"}})
	must(err)
	reader, err = client.DoGet(ctx, info.Endpoint[0].Ticket)
	must(err)
	same("tables", texts(reader), []string{"wings|default|flights|TABLE"})
	same("columns", columns(ctx, client), []string{"id int64", "flag bool", "small int32", "ratio float32", "exact float64"})

	// what its macros become, for an interval of 6 hours
	from, to := "cast('2026-01-01T12:00:00Z' as timestamp)", "cast('2026-01-02T12:00:00Z' as timestamp)"
	bins := "date_bin(interval '21600 second', local, timestamp '1970-01-01T00:00:00Z')"
	same("time series", query(ctx, client, "select "+bins+"::timestamp_ns as time, count(*)::bigint as n, min(exact) as least"+
		" from flights where local >= "+from+" and local < "+to+" group by 1 order by 1"), []string{
		"2026-01-01T18:00:00|1|0.6666666666666666", "2026-01-02T00:00:00|1|1",
	})
	same("count", query(ctx, client, "select count(*) from flights"), []string{count})
}

// the first columns of the table, by its serialized schema
func columns(ctx context.Context, client *flightsql.Client) []string {
	name := "flights"
	info, err := client.GetTables(ctx, &flightsql.GetTablesOpts{TableNameFilterPattern: &name, IncludeSchema: true})
	must(err)
	reader, err := client.DoGet(ctx, info.Endpoint[0].Ticket)
	must(err)
	defer reader.Release()
	if !reader.Next() {
		panic("table not found")
	}
	batch := reader.RecordBatch()
	serialized := batch.Column(batch.Schema().FieldIndices("table_schema")[0]).(*array.Binary).Value(0)
	schema, err := flight.DeserializeSchema(bytes.Clone(serialized), memory.DefaultAllocator)
	must(err)
	found := []string{}
	for _, field := range schema.Fields()[:5] {
		found = append(found, field.Name+" "+field.Type.String())
	}
	return found
}

func database(ctx context.Context, address string) {
	db, err := sql.Open("flightsql", "flightsql://"+address+"?timeout=60s")
	must(err)
	defer db.Close()
	rows, err := db.QueryContext(ctx, "select id, name from flights where id < ? and name = ? order by id", 100, "name 1 é😀")
	must(err)
	found := []string{}
	for rows.Next() {
		var id int64
		var name string
		must(rows.Scan(&id, &name))
		found = append(found, fmt.Sprint(id, " ", name))
	}
	must(rows.Err())
	must(rows.Close())
	same("database/sql", found, []string{"1 name 1 é😀", "4 name 1 é😀", "7 name 1 é😀", "10 name 1 é😀"})
}
