using System;
using System.Text.Json;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ConcatService.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class Weights : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "initial_sha256",
                table: "jobs",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<JsonElement>(
                name: "initial_weights",
                table: "jobs",
                type: "json",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "weights",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    team_id = table.Column<int>(type: "integer", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    format = table.Column<string>(type: "text", nullable: false),
                    content = table.Column<JsonElement>(type: "json", nullable: false),
                    tensors = table.Column<int>(type: "integer", nullable: false),
                    is_network = table.Column<bool>(type: "boolean", nullable: false),
                    sha256 = table.Column<string>(type: "text", nullable: false),
                    length_bytes = table.Column<long>(type: "bigint", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_weights", x => x.id);
                    table.ForeignKey(
                        name: "fk_weights_blobs_team_id_sha256",
                        columns: x => new { x.team_id, x.sha256 },
                        principalTable: "blobs",
                        principalColumns: new[] { "team_id", "sha256" },
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_weights_teams_team_id",
                        column: x => x.team_id,
                        principalTable: "teams",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "ix_jobs_team_id_initial_sha256",
                table: "jobs",
                columns: new[] { "team_id", "initial_sha256" },
                filter: "initial_sha256 is not null");

            migrationBuilder.CreateIndex(
                name: "ix_weights_team_id_sha256",
                table: "weights",
                columns: new[] { "team_id", "sha256" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "weights");

            migrationBuilder.DropIndex(
                name: "ix_jobs_team_id_initial_sha256",
                table: "jobs");

            migrationBuilder.DropColumn(
                name: "initial_sha256",
                table: "jobs");

            migrationBuilder.DropColumn(
                name: "initial_weights",
                table: "jobs");
        }
    }
}
