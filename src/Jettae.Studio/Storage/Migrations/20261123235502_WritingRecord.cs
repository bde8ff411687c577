using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Jettae.Studio.Storage.Migrations
{
    /// <inheritdoc />
    public partial class WritingRecord : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(name: "answer", table: "runs", type: "TEXT", nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "cache_write_tokens",
                table: "runs",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L
            );

            migrationBuilder.AddColumn<double>(name: "similarity", table: "runs", type: "REAL", nullable: true);

            migrationBuilder.AddColumn<decimal>(
                name: "cache_write",
                table: "model_prices",
                type: "TEXT",
                nullable: false,
                defaultValue: 0m
            );

            migrationBuilder.AddColumn<decimal>(
                name: "long_factor",
                table: "model_prices",
                type: "TEXT",
                nullable: false,
                defaultValue: 0m
            );

            migrationBuilder.AddColumn<long>(name: "long_from", table: "model_prices", type: "INTEGER", nullable: true);

            migrationBuilder.UpdateData(
                table: "model_prices",
                keyColumns: new[] { "effective_from", "model" },
                keyValues: new object[] { 1788220800000L, "claude-fable-5-1" },
                columns: new[] { "cache_write", "long_factor", "long_from" },
                values: new object[] { 12.50m, 1m, null }
            );

            migrationBuilder.UpdateData(
                table: "model_prices",
                keyColumns: new[] { "effective_from", "model" },
                keyValues: new object[] { 1767225600000L, "claude-haiku-4-5" },
                columns: new[] { "cache_write", "long_factor", "long_from" },
                values: new object[] { 1.25m, 1m, null }
            );

            migrationBuilder.UpdateData(
                table: "model_prices",
                keyColumns: new[] { "effective_from", "model" },
                keyValues: new object[] { 1791331200000L, "claude-haiku-5-5" },
                columns: new[] { "cache_write", "long_factor", "long_from" },
                values: new object[] { 0.125m, 5m, 100000L }
            );

            migrationBuilder.UpdateData(
                table: "model_prices",
                keyColumns: new[] { "effective_from", "model" },
                keyValues: new object[] { 1767225600000L, "claude-opus-5" },
                columns: new[] { "cache_write", "long_factor", "long_from" },
                values: new object[] { 6.25m, 1m, null }
            );

            migrationBuilder.UpdateData(
                table: "model_prices",
                keyColumns: new[] { "effective_from", "model" },
                keyValues: new object[] { 1788220800000L, "claude-opus-5-5" },
                columns: new[] { "cache_write", "long_factor", "long_from" },
                values: new object[] { 5m, 1m, null }
            );

            migrationBuilder.UpdateData(
                table: "model_prices",
                keyColumns: new[] { "effective_from", "model" },
                keyValues: new object[] { 1767225600000L, "claude-sonnet-5" },
                columns: new[] { "cache_write", "long_factor", "long_from" },
                values: new object[] { 2.50m, 1m, null }
            );

            migrationBuilder.UpdateData(
                table: "model_prices",
                keyColumns: new[] { "effective_from", "model" },
                keyValues: new object[] { 1788220800000L, "claude-sonnet-5-5" },
                columns: new[] { "cache_write", "long_factor", "long_from" },
                values: new object[] { 2.50m, 1m, null }
            );

            migrationBuilder.UpdateData(
                table: "model_prices",
                keyColumns: new[] { "effective_from", "model" },
                keyValues: new object[] { 1791331200000L, "claude-sonnet-5-5" },
                columns: new[] { "cache_write", "long_factor", "long_from" },
                values: new object[] { 2.50m, 1m, null }
            );
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(name: "answer", table: "runs");

            migrationBuilder.DropColumn(name: "cache_write_tokens", table: "runs");

            migrationBuilder.DropColumn(name: "similarity", table: "runs");

            migrationBuilder.DropColumn(name: "cache_write", table: "model_prices");

            migrationBuilder.DropColumn(name: "long_factor", table: "model_prices");

            migrationBuilder.DropColumn(name: "long_from", table: "model_prices");
        }
    }
}
