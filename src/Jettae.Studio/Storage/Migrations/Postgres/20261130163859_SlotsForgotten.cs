using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Jettae.Studio.Storage.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class SlotsForgotten : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(PostgresStudioDb.WaitBriefly);
            migrationBuilder.AddColumn<int>(
                name: "slots_forgotten",
                table: "schedules",
                type: "integer",
                nullable: false,
                defaultValue: 0
            );
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(name: "slots_forgotten", table: "schedules");
        }
    }
}
