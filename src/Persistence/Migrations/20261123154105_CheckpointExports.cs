using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ConcatService.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class CheckpointExports : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_model_versions_job_id",
                table: "model_versions");

            migrationBuilder.AddColumn<long>(
                name: "checkpoint_step",
                table: "model_versions",
                type: "bigint",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "checkpoint_exports",
                columns: table => new
                {
                    job_id = table.Column<Guid>(type: "uuid", nullable: false),
                    step = table.Column<long>(type: "bigint", nullable: false),
                    team_id = table.Column<int>(type: "integer", nullable: false),
                    sha256 = table.Column<string>(type: "text", nullable: true),
                    model_name = table.Column<string>(type: "text", nullable: false),
                    state = table.Column<string>(type: "text", nullable: false),
                    attempts = table.Column<int>(type: "integer", nullable: false),
                    model_version = table.Column<int>(type: "integer", nullable: true),
                    error = table.Column<string>(type: "text", nullable: true),
                    requested_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()"),
                    finished_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_checkpoint_exports", x => new { x.job_id, x.step });
                    table.ForeignKey(
                        name: "fk_checkpoint_exports_jobs_job_id",
                        column: x => x.job_id,
                        principalTable: "jobs",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_checkpoint_exports_teams_team_id",
                        column: x => x.team_id,
                        principalTable: "teams",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "ix_model_versions_job_id_checkpoint_step",
                table: "model_versions",
                columns: new[] { "job_id", "checkpoint_step" },
                unique: true)
                .Annotation("Npgsql:NullsDistinct", false);

            migrationBuilder.CreateIndex(
                name: "ix_checkpoint_exports_requested_at",
                table: "checkpoint_exports",
                column: "requested_at",
                filter: "state = 'queued'");

            migrationBuilder.CreateIndex(
                name: "ix_checkpoint_exports_team_id",
                table: "checkpoint_exports",
                column: "team_id");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "checkpoint_exports");

            migrationBuilder.DropIndex(
                name: "ix_model_versions_job_id_checkpoint_step",
                table: "model_versions");

            migrationBuilder.DropColumn(
                name: "checkpoint_step",
                table: "model_versions");

            migrationBuilder.CreateIndex(
                name: "ix_model_versions_job_id",
                table: "model_versions",
                column: "job_id",
                unique: true);
        }
    }
}
