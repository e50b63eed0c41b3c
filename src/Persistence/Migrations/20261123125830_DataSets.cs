using System;
using System.Text.Json;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ConcatService.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class DataSets : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "data_sets",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    team_id = table.Column<int>(type: "integer", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    content = table.Column<JsonElement>(type: "json", nullable: false),
                    statistics = table.Column<JsonElement>(type: "json", nullable: false),
                    sha256 = table.Column<string>(type: "text", nullable: false),
                    length_bytes = table.Column<long>(type: "bigint", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_data_sets", x => x.id);
                    table.ForeignKey(
                        name: "fk_data_sets_blobs_team_id_sha256",
                        columns: x => new { x.team_id, x.sha256 },
                        principalTable: "blobs",
                        principalColumns: new[] { "team_id", "sha256" },
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_data_sets_teams_team_id",
                        column: x => x.team_id,
                        principalTable: "teams",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "ix_data_sets_team_id_name_version",
                table: "data_sets",
                columns: new[] { "team_id", "name", "version" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_data_sets_team_id_sha256",
                table: "data_sets",
                columns: new[] { "team_id", "sha256" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "data_sets");
        }
    }
}
