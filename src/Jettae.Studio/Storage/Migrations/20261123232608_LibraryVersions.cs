using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Jettae.Studio.Storage.Migrations
{
    /// <inheritdoc />
    public partial class LibraryVersions : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "note",
                table: "contents",
                type: "TEXT",
                nullable: false,
                defaultValue: ""
            );

            migrationBuilder.AddColumn<long>(name: "search_key", table: "contents", type: "INTEGER", nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "version",
                table: "contents",
                type: "INTEGER",
                nullable: false,
                defaultValue: 1
            );

            migrationBuilder.CreateTable(
                name: "content_tags",
                columns: table => new
                {
                    owner_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    content_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    tag = table.Column<string>(type: "TEXT", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey(
                        "PK_content_tags",
                        x => new
                        {
                            x.owner_id,
                            x.tag,
                            x.content_id,
                        }
                    );
                    table.ForeignKey(
                        name: "FK_content_tags_contents_content_id",
                        column: x => x.content_id,
                        principalTable: "contents",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade
                    );
                }
            );

            migrationBuilder.CreateTable(
                name: "content_versions",
                columns: table => new
                {
                    content_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    number = table.Column<int>(type: "INTEGER", nullable: false),
                    owner_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    kind = table.Column<string>(type: "TEXT", nullable: false),
                    title = table.Column<string>(type: "TEXT", nullable: false),
                    body = table.Column<string>(type: "TEXT", nullable: false),
                    length = table.Column<int>(type: "INTEGER", nullable: false),
                    instruction = table.Column<string>(type: "TEXT", nullable: true),
                    model = table.Column<string>(type: "TEXT", nullable: true),
                    run_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_content_versions", x => new { x.content_id, x.number });
                    table.ForeignKey(
                        name: "FK_content_versions_contents_content_id",
                        column: x => x.content_id,
                        principalTable: "contents",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade
                    );
                }
            );

            migrationBuilder.CreateIndex(
                name: "contents_by_search_key",
                table: "contents",
                column: "search_key",
                unique: true
            );

            migrationBuilder.CreateIndex(
                name: "contents_counted",
                table: "contents",
                columns: new[] { "owner_id", "status", "content_type", "schedule_id", "language", "created_at", "id" }
            );

            migrationBuilder.CreateIndex(
                name: "contents_of_status_newest",
                table: "contents",
                columns: new[] { "owner_id", "status", "created_at", "id" }
            );

            migrationBuilder.CreateIndex(
                name: "contents_of_type_newest",
                table: "contents",
                columns: new[] { "owner_id", "content_type", "created_at", "id" }
            );

            migrationBuilder.CreateIndex(name: "content_tags_of_piece", table: "content_tags", column: "content_id");

            // By hand: the index of the texts, which the store fills at its start, and the first version of what there is.
            migrationBuilder.Sql(SearchIndex.Create);
            migrationBuilder.Sql(
                """
                INSERT INTO content_versions
                    (content_id, number, owner_id, kind, title, body, length, model, run_id, created_at)
                SELECT id, 1, owner_id, 'written', title, body, length, model, run_id, created_at FROM contents
                """
            );
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP TABLE content_search");

            migrationBuilder.DropTable(name: "content_tags");

            migrationBuilder.DropTable(name: "content_versions");

            migrationBuilder.DropIndex(name: "contents_by_search_key", table: "contents");

            migrationBuilder.DropIndex(name: "contents_counted", table: "contents");

            migrationBuilder.DropIndex(name: "contents_of_status_newest", table: "contents");

            migrationBuilder.DropIndex(name: "contents_of_type_newest", table: "contents");

            migrationBuilder.DropColumn(name: "note", table: "contents");

            migrationBuilder.DropColumn(name: "search_key", table: "contents");

            migrationBuilder.DropColumn(name: "version", table: "contents");
        }
    }
}
